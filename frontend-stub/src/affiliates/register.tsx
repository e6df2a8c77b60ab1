import { type FormEvent, useState } from "react";
import { useMutation } from "urql";
import { RegisterAffiliateDocument } from "../generated/operations";
import { Dialog } from "../parts/dialog";
import { affiliateHref } from "../routing";
import { useMay } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { refusalOf } from "../values/outcome";

/** For those who register others. */
export function RegisterButton({ program }: { program: ProgramCard }) {
  const [open, setOpen] = useState(false);
  if (!useMay("MANAGE_AFFILIATES")) return null;
  const close = () => setOpen(false);
  return (
    <div className="actions">
      <button type="button" onClick={() => setOpen(true)}>
        Register an affiliate…
      </button>
      {open && (
        <Dialog title="Register an affiliate" close={close}>
          <RegisterForm
            program={program}
            back={close}
            done={(id) => {
              window.location.hash = affiliateHref(program.slug, id);
            }}
          />
        </Dialog>
      )}
    </div>
  );
}

interface Props {
  readonly program: ProgramCard;
  /** Who registers itself does not say its wallet. */
  readonly wallet?: string;
  /** The referral code of the one above, if a link said it. */
  readonly parent?: string;
  readonly back?: () => void;
  readonly done: (id: string) => void;
}

export function RegisterForm({ program, wallet, parent = "", back, done }: Props) {
  const [, register] = useMutation(RegisterAffiliateDocument);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim() || null;
    const whose = wallet ?? text("wallet");
    if (!whose) return setRefusal("Wallet: enter the address, 0x and 40 digits.");
    setBusy(true);
    const input = {
      programId: program.id,
      wallet: whose,
      parentReferralCode: text("parent"),
      referralCode: text("code"),
      displayName: text("name"),
    };
    // What a wallet is changes with it: the session is read again.
    const { data, error } = await register(
      { input },
      { additionalTypenames: ["MembershipConnection"] },
    );
    setBusy(false);
    const problem = refusalOf(error, data?.registerAffiliate);
    setRefusal(problem);
    const made = data?.registerAffiliate?.affiliate;
    if (problem === null && made) done(made.id);
  };
  return (
    <form className="reason-form" onSubmit={submit} noValidate>
      {wallet === undefined && (
        <Field name="wallet" label="Wallet" hint="Commissions are paid to it." />
      )}
      <Field
        name="parent"
        label="Referral code of the one above"
        hint="Empty: a root, below nobody."
        value={parent}
      />
      <Field name="code" label="Own referral code" hint="Empty: one is made." />
      <Field name="name" label="Name" hint="Shown beside the code; may stay empty." />
      <p className="problem" role="alert">
        {refusal}
      </p>
      <p className="dialog-actions">
        {back && (
          <button type="button" className="quiet" onClick={back}>
            Back
          </button>
        )}
        <button type="submit" className="primary" disabled={busy}>
          {busy ? "Working…" : "Register"}
        </button>
      </p>
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly value?: string;
}

function Field({ name, label, hint, value = "" }: FieldProps) {
  return (
    <>
      <label htmlFor={`register-${name}`}>{label}</label>
      <input
        id={`register-${name}`}
        name={name}
        defaultValue={value}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`register-${name}-hint`}
      />
      <p id={`register-${name}-hint`} className="muted small-text">
        {hint}
      </p>
    </>
  );
}

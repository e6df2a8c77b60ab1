import { useId, useState } from "react";
import { useQuery } from "urql";
import { PayTermsDocument, type PayTermsQuery } from "../generated/operations";
import { Amount } from "../parts/amount";
import { FormDialog } from "../parts/form-dialog";
import type { ProgramCard } from "../shell/programs";
import { usePayment } from "./use-payment";

type Terms = NonNullable<PayTermsQuery["program"]>;

interface Props {
  readonly program: ProgramCard;
  readonly wallet: string;
}

/** A payment without gas: the wallet signs, the platform sends. */
export function PayButton({ program, wallet }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <div className="actions">
      <button type="button" className="primary" onClick={() => setOpen(true)}>
        Pay…
      </button>
      {open && <PayDialog program={program} wallet={wallet} close={() => setOpen(false)} />}
    </div>
  );
}

function PayDialog({ program, wallet, close }: Props & { readonly close: () => void }) {
  const terms = useTerms(program.slug);
  const { pay } = usePayment(program, wallet);
  const ids = useId();
  const act = async (form: FormData) => {
    const amount = String(form.get("amount") ?? "").trim();
    const currency = terms?.currencies.find(({ code }) => code === form.get("currency"));
    if (!/^\d+(\.\d+)?$/.test(amount)) return "Amount: digits, with a point for decimals.";
    if (!currency) return "Choose a currency.";
    return pay({
      amount,
      currency: currency.code,
      decimals: currency.decimals,
      token: currency.token,
    });
  };
  return (
    <FormDialog title="Pay" action="Sign and pay" act={act} close={close} ready={terms !== null}>
      <p className="muted">
        Your wallet signs; the platform sends it and pays the gas. It can settle once, for this
        program only. <Limits terms={terms} />
      </p>
      <label htmlFor={`${ids}amount`}>Amount</label>
      <span className="amount-field">
        <input id={`${ids}amount`} name="amount" inputMode="decimal" autoComplete="off" />
        <select name="currency" aria-label="Currency">
          {terms?.currencies.map(({ code }) => (
            <option key={code}>{code}</option>
          ))}
        </select>
      </span>
    </FormDialog>
  );
}

function Limits({ terms }: { terms: Terms | null }) {
  if (!terms) return null;
  const { minimumPayment: least, maximumPayment: most } = terms.terms;
  return (
    <>
      {least && (
        <>
          At least <Amount money={least} />.{" "}
        </>
      )}
      {most && (
        <>
          At most <Amount money={most} />.
        </>
      )}
    </>
  );
}

interface RegisterProps extends Props {
  /** From the link that brought it, or empty. */
  readonly referral: string;
  readonly close: () => void;
}

/** For a wallet that is no customer yet. */
export function RegisterDialog({ program, wallet, referral, close }: RegisterProps) {
  const terms = useTerms(program.slug);
  const { register } = usePayment(program, wallet);
  const field = useId();
  const fee = terms?.terms.registrationFee ?? null;
  const act = async (form: FormData) => {
    const code = String(form.get("referral") ?? "").trim() || null;
    if (!fee) return register(code, null);
    const currency = terms?.currencies.find((each) => each.code === fee.currency);
    if (!currency) return "The fee's currency is not known: try again.";
    return register(code, { ...fee, decimals: currency.decimals, token: currency.token });
  };
  return (
    <FormDialog
      title={`Register with ${program.name}`}
      action={fee ? "Sign and register" : "Register"}
      act={act}
      close={close}
      ready={terms !== null}
    >
      <p className="muted">
        The chain gets an identity token for your wallet. Once that is final you can pay.{" "}
        {fee && (
          <>
            It costs <Amount money={fee} />, which your wallet signs.
          </>
        )}
        {terms && !fee && "It is free."}
      </p>
      <label htmlFor={field}>Referral code of who sent you</label>
      <input
        id={field}
        name="referral"
        defaultValue={referral}
        autoComplete="off"
        spellCheck={false}
      />
    </FormDialog>
  );
}

/** null until they are read. */
function useTerms(slug: string): Terms | null {
  const [{ data }] = useQuery({
    query: PayTermsDocument,
    variables: { slug },
    requestPolicy: "cache-and-network",
  });
  return data?.program ?? null;
}

import { useState } from "react";
import { useMutation } from "urql";
import {
  type AffiliateStatus,
  MoveAffiliateDocument,
  SetAffiliateStatusDocument,
} from "../generated/operations";
import { ReasonDialog } from "../parts/reason-dialog";
import { useMay } from "../shell/access";
import { refusalOf } from "../values/outcome";
import type { Affiliate } from "./use-affiliate";

interface Props {
  readonly affiliate: Affiliate;
  readonly done: () => void;
}

/** Which statuses a person may give an affiliate that has this one. */
const next: Record<AffiliateStatus, readonly AffiliateStatus[]> = {
  ACTIVE: ["SUSPENDED", "TERMINATED"],
  SUSPENDED: ["ACTIVE", "TERMINATED"],
  TERMINATED: [],
};

const verbs: Record<AffiliateStatus, string> = {
  ACTIVE: "Reactivate",
  SUSPENDED: "Suspend",
  TERMINATED: "Terminate",
};

const consequences: Record<AffiliateStatus, string> = {
  ACTIVE: "It earns again from payments that settle from now on, and is paid what waited.",
  SUSPENDED:
    "It earns nothing while it is suspended, and nobody above earns in its place; what it is owed waits.",
  TERMINATED:
    "It never earns again, and nobody registers below it. What it is owed can be adjusted by two persons.",
};

/** For those who manage affiliates; the server has the last word. */
export function AffiliateActions({ affiliate, done }: Props) {
  const manages = useMay("MANAGE_AFFILIATES");
  const [open, setOpen] = useState<AffiliateStatus | "MOVE" | null>(null);
  if (!manages) return null;
  const close = () => setOpen(null);
  return (
    <div className="actions affiliate-actions">
      {next[affiliate.status].map((status) => (
        <button key={status} type="button" onClick={() => setOpen(status)}>
          {verbs[status]}…
        </button>
      ))}
      <button type="button" onClick={() => setOpen("MOVE")}>
        Move…
      </button>
      {open === "MOVE" && <Move affiliate={affiliate} done={done} close={close} />}
      {open !== null && open !== "MOVE" && (
        <SetStatus affiliate={affiliate} status={open} done={done} close={close} />
      )}
    </div>
  );
}

interface DialogProps extends Props {
  readonly close: () => void;
}

function SetStatus({ affiliate, status, done, close }: DialogProps & { status: AffiliateStatus }) {
  const [, setStatus] = useMutation(SetAffiliateStatusDocument);
  const act = async (reason: string) => {
    const { data, error } = await setStatus({ id: affiliate.id, status, reason });
    const refusal = refusalOf(error, data?.setAffiliateStatus);
    if (refusal === null) done();
    return refusal;
  };
  return (
    <ReasonDialog
      title={`${verbs[status]} ${affiliate.displayName ?? affiliate.referralCode}`}
      action={verbs[status]}
      act={act}
      close={close}
    >
      <p className="muted">{consequences[status]}</p>
    </ReasonDialog>
  );
}

function Move({ affiliate, done, close }: DialogProps) {
  const [, move] = useMutation(MoveAffiliateDocument);
  const [toTop, setToTop] = useState(false);
  const act = async (reason: string, form: FormData) => {
    const code = String(form.get("parent") ?? "").trim();
    if (!toTop && !code) return "Referral code: say whom it shall stand under.";
    const to = toTop ? { root: true } : { referralCode: code };
    const { data, error } = await move({ id: affiliate.id, to, reason });
    const refusal = refusalOf(error, data?.moveAffiliate);
    if (refusal === null) done();
    return refusal;
  };
  return (
    <ReasonDialog
      title={`Move ${affiliate.displayName ?? affiliate.referralCode}`}
      action="Move"
      act={act}
      close={close}
    >
      <p className="muted">
        The whole branch moves along. What was accepted before keeps its upline; new payments earn
        by the new one.
      </p>
      <label className="check">
        <input type="checkbox" checked={toTop} onChange={() => setToTop(!toTop)} /> Make it a root,
        below nobody
      </label>
      {!toTop && (
        <>
          <label htmlFor="new-parent">Referral code of the new one above</label>
          <input id="new-parent" name="parent" autoComplete="off" spellCheck={false} />
        </>
      )}
    </ReasonDialog>
  );
}

import { useState } from "react";
import { useMutation } from "urql";
import {
  type AffiliateAdjustmentFragment,
  ApproveAdjustmentDocument,
  ProposeAdjustmentDocument,
} from "../generated/operations";
import { Actor } from "../parts/actor";
import { Amount } from "../parts/amount";
import { FormDialog } from "../parts/form-dialog";
import { ReasonDialog } from "../parts/reason-dialog";
import { useMay } from "../shell/access";
import { refusalOf } from "../values/outcome";
import { answered, keyOf } from "../values/request-keys";
import type { Affiliate } from "./use-affiliate";

interface Props {
  readonly affiliate: Affiliate;
  readonly done: () => void;
}

/** What a terminated affiliate is owed, or owes, is brought to zero by two persons. */
export function Adjustments({ affiliate, done }: Props) {
  const manages = useMay("MANAGE_PAYOUTS");
  const [proposes, setProposes] = useState(false);
  if (!manages || affiliate.status !== "TERMINATED") return null;
  const waiting = affiliate.pendingAdjustments ?? [];
  return (
    <section className="card adjustments" aria-labelledby="adjustments">
      <div className="section-title">
        <h2 id="adjustments">Balance</h2>
        <button type="button" onClick={() => setProposes(true)}>
          Bring it to zero…
        </button>
      </div>
      {waiting.length === 0 && (
        <p className="muted">
          A terminated affiliate's balance is forfeited, or written off, when two persons agree.
        </p>
      )}
      <ul>
        {waiting.map((each) => (
          <li key={each.id}>
            <Waiting adjustment={each} done={done} />
          </li>
        ))}
      </ul>
      {proposes && <Propose affiliate={affiliate} done={done} close={() => setProposes(false)} />}
    </section>
  );
}

function Propose({ affiliate, done, close }: Props & { close: () => void }) {
  const [, propose] = useMutation(ProposeAdjustmentDocument);
  const codes = affiliate.program.currencies.map(({ code }) => code);
  const act = async (reason: string, form: FormData) => {
    const currency = String(form.get("currency") ?? codes[0]);
    const key = keyOf("adjust", affiliate.id, currency, reason);
    const { data, error } = await propose({ id: affiliate.id, currency, reason, key });
    if (data) answered(key);
    const refusal = refusalOf(error, data?.proposeBalanceAdjustment);
    if (refusal === null) done();
    return refusal;
  };
  return (
    <ReasonDialog title="Bring the balance to zero" action="Propose it" act={act} close={close}>
      <p className="muted">
        All that is accrued and payable is reversed, and the whole balance goes to the program; a
        debt is written off. It is done when somebody else approves it here.
      </p>
      {codes.length > 1 && (
        <label className="field">
          Currency{" "}
          <select name="currency">
            {codes.map((code) => (
              <option key={code}>{code}</option>
            ))}
          </select>
        </label>
      )}
    </ReasonDialog>
  );
}

interface WaitingProps {
  readonly adjustment: AffiliateAdjustmentFragment;
  readonly done: () => void;
}

function Waiting({ adjustment, done }: WaitingProps) {
  const { id, amount, reason, proposedBy } = adjustment;
  const [open, setOpen] = useState(false);
  const [, approve] = useMutation(ApproveAdjustmentDocument);
  const act = async () => {
    const { data, error } = await approve({ id });
    const refusal = refusalOf(error, data?.approveBalanceAdjustment);
    if (refusal === null) done();
    return refusal;
  };
  return (
    <>
      <span>
        <strong>
          <Amount money={amount} />
        </strong>{" "}
        waits for a second person
        <span className="second">
          {reason}; proposed by <Actor actor={proposedBy} />
        </span>
      </span>
      <button type="button" onClick={() => setOpen(true)}>
        Approve…
      </button>
      {open && (
        <FormDialog
          title="Approve the adjustment"
          action="Bring the balance to zero"
          act={act}
          close={() => setOpen(false)}
        >
          <p className="muted">
            <Amount money={amount} /> is booked and the affiliate's open commissions are reversed.
            It is not undone.
          </p>
        </FormDialog>
      )}
    </>
  );
}

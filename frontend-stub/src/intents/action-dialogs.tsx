import { useId } from "react";
import { useMutation } from "urql";
import {
  CancelIntentDocument,
  RefundSettlementDocument,
  RetryIntentDocument,
} from "../generated/operations";
import { Amount } from "../parts/amount";
import { ReasonDialog } from "../parts/reason-dialog";
import { withoutPadding } from "../values/money";
import { refusalOf } from "../values/outcome";
import { answered, keyOf } from "../values/request-keys";
import type { Detail } from "./detail";

interface Props {
  readonly intent: Detail;
  readonly done: () => void;
  readonly close: () => void;
}

export function RetryDialog({ intent: { id }, done, close }: Props) {
  const [, retry] = useMutation(RetryIntentDocument);
  const act = async (reason: string) => {
    const { data, error } = await retry({ id, reason });
    return finished(refusalOf(error, data?.retryIntent), done);
  };
  return (
    <ReasonDialog title="Retry this intent" action="Retry" act={act} close={close}>
      <p className="muted">
        It is tried again at the chain, under the same idempotency key: it can settle once only.
      </p>
    </ReasonDialog>
  );
}

export function CancelDialog({ intent: { id }, done, close }: Props) {
  const [, cancel] = useMutation(CancelIntentDocument);
  const act = async (reason: string) => {
    const { data, error } = await cancel({ id, reason });
    return finished(refusalOf(error, data?.cancelIntent), done);
  };
  return (
    <ReasonDialog title="Cancel this intent" action="Cancel intent" act={act} close={close}>
      <p className="muted">
        Nothing of it is on the chain yet. A cancelled intent is never taken up again.
      </p>
    </ReasonDialog>
  );
}

export function RefundDialog({ intent: { settlement }, done, close }: Props) {
  const field = useId();
  const [, refund] = useMutation(RefundSettlementDocument);
  if (!settlement?.amount) return null;
  const { id, amount: paid, reversed } = settlement;
  const act = async (reason: string, form: FormData) => {
    const amount = String(form.get("amount") ?? "").trim();
    if (!/^\d+(\.\d+)?$/.test(amount)) return "Amount: digits, with a point for decimals.";
    const key = keyOf("refund", id, amount, reason);
    const { data, error } = await refund({
      id,
      reason,
      key,
      amount: { amount, currency: paid.currency },
    });
    if (data) answered(key);
    return finished(refusalOf(error, data?.reverseSettlement), done);
  };
  return (
    <ReasonDialog title="Refund this payment" action="Refund" act={act} close={close}>
      <p className="muted">
        The customer is paid back by the next batch, which the treasury's owners sign. Commissions
        are taken back in proportion.
      </p>
      <p>
        Paid <Amount money={paid} />
        {reversed && (
          <>
            , refunded before <Amount money={reversed} />
          </>
        )}
        .
      </p>
      <label htmlFor={field}>Amount, {paid.currency}</label>
      <input
        id={field}
        name="amount"
        inputMode="decimal"
        autoComplete="off"
        defaultValue={reversed ? "" : withoutPadding(paid.amount)}
      />
    </ReasonDialog>
  );
}

function finished(refusal: string | null, done: () => void): string | null {
  if (refusal === null) done();
  return refusal;
}

import { useState } from "react";
import { useMutation } from "urql";
import { CancelIntentDocument, RetryIntentDocument } from "../generated/operations";
import { ReasonDialog } from "../parts/dialog";
import { useMay } from "../shell/access";
import { refusalOf } from "../values/outcome";
import type { Detail } from "./detail";

interface Props {
  readonly intent: Detail;
  readonly done: () => void;
}

/** What a person may do to the intent now; the server has the last word. */
export function Actions({ intent, done }: Props) {
  const mayManage = useMay("MANAGE_PROGRAM");
  const [open, setOpen] = useState(false);
  const [, retry] = useMutation(RetryIntentDocument);
  const [, cancel] = useMutation(CancelIntentDocument);
  const retryable = intent.status === "FAILED" && intent.failure?.retryable === true;
  if (!mayManage || (!retryable && intent.status !== "PENDING")) return null;
  const name = retryable ? "Retry" : "Cancel intent";
  const act = async (reason: string): Promise<string | null> => {
    const { id } = intent;
    const refusal = retryable ? await retried(id, reason) : await cancelled(id, reason);
    if (refusal === null) done();
    return refusal;
  };
  const retried = async (id: string, reason: string) => {
    const { data, error } = await retry({ id, reason });
    return refusalOf(error, data?.retryIntent);
  };
  const cancelled = async (id: string, reason: string) => {
    const { data, error } = await cancel({ id, reason });
    return refusalOf(error, data?.cancelIntent);
  };
  return (
    <p className="actions">
      <button type="button" onClick={() => setOpen(true)}>
        {name}…
      </button>
      {open && (
        <ReasonDialog
          title={retryable ? "Retry this intent" : "Cancel this intent"}
          action={name}
          act={act}
          close={() => setOpen(false)}
        >
          <p className="muted">
            {retryable
              ? "It is tried again at the chain, under the same idempotency key: it can settle once only."
              : "Nothing of it is on the chain yet. A cancelled intent is never taken up again."}
          </p>
        </ReasonDialog>
      )}
    </p>
  );
}

import { useState } from "react";
import { useMay } from "../shell/access";
import { CancelDialog, RefundDialog, RetryDialog } from "./action-dialogs";
import type { Detail } from "./detail";
import { type Possible, possible } from "./possible";

interface Props {
  readonly intent: Detail;
  readonly done: () => void;
}

const names = { retry: "Retry…", cancel: "Cancel intent…", refund: "Refund…" } as const;

/** What a person may do to the intent now, or why there is nothing to do; the server has the last word. */
export function Actions({ intent, done }: Props) {
  const manages = useMay("MANAGE_PROGRAM");
  const refunds = useMay("MANAGE_PAYOUTS");
  // What was chosen stays while the intent goes on below: the server refuses what has become impossible.
  const [open, setOpen] = useState<Possible["action"]>(null);
  const { action, why } = possible(intent);
  const allowed = action === "refund" ? refunds : manages;
  if (!manages && !refunds) return null;
  const props = { intent, done, close: () => setOpen(null) };
  return (
    <div className="actions intent-actions">
      {action !== null && allowed && (
        <button type="button" onClick={() => setOpen(action)}>
          {names[action]}
        </button>
      )}
      <span className="muted small-text">{why}</span>
      {open === "retry" && <RetryDialog {...props} />}
      {open === "cancel" && <CancelDialog {...props} />}
      {open === "refund" && <RefundDialog {...props} />}
    </div>
  );
}

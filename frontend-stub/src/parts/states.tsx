import { type ReactNode, useEffect, useEffectEvent, useState } from "react";
import { useSecondsLeft } from "../values/countdown";
import type { Failure } from "../values/failure";

export function Loading({ what }: { what: string }) {
  return (
    <div className="skeleton" role="status">
      <span className="hidden">Loading {what}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Says what failed and offers the next step; takes it by itself when it makes sense: after the wait that the server named,
 * when the network is back, and every few seconds until then.
 */
export function Failed({ failure, retry }: { failure: Failure; retry?: () => void }) {
  const { code, message, requestId } = failure;
  return (
    <div className="notice bad">
      <div role="alert">
        <p>
          <strong>{message}</strong>
        </p>
        <p className="muted">
          <code>{code}</code>
          {requestId && (
            <>
              {" · request "}
              <code>{requestId}</code>
            </>
          )}
        </p>
      </div>
      {retry && <Retry failure={failure} retry={retry} />}
    </div>
  );
}

const offlineWaitSeconds = 5;

/** Beside the alert, not in it: a clock is not read out each second. */
function Retry({ failure, retry }: { failure: Failure; retry: () => void }) {
  const { code, retryAfterSeconds } = failure;
  const wait = retryAfterSeconds ?? (code === "NETWORK" ? offlineWaitSeconds : undefined);
  const [round, setRound] = useState(0);
  const left = useSecondsLeft(wait, round);
  const again = useEffectEvent(() => {
    setRound((before) => before + 1);
    retry();
  });
  useEffect(() => {
    if (wait !== undefined && left === 0) again();
  }, [wait, left]);
  useEffect(() => {
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, []);
  return (
    <div className="retry">
      <button type="button" onClick={retry}>
        Try again
      </button>
      {wait !== undefined && <span className="small-text">by itself in {left} s</span>}
    </div>
  );
}

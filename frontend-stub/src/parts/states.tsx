import { type ReactNode, useEffect } from "react";
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

/** Says what failed and offers the next step; takes it by itself when the server said when. */
export function Failed({ failure, retry }: { failure: Failure; retry?: () => void }) {
  const { code, message, requestId, retryAfterSeconds } = failure;
  useEffect(() => {
    if (!retry || retryAfterSeconds === undefined) return;
    const timer = setTimeout(retry, retryAfterSeconds * 1000);
    return () => clearTimeout(timer);
  }, [retry, retryAfterSeconds]);
  return (
    <div className="notice bad" role="alert">
      <div>
        <p>
          <strong>{message}</strong>
          {retryAfterSeconds !== undefined && ` Trying again in ${retryAfterSeconds} s.`}
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
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

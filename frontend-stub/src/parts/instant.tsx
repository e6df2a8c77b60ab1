import { useCallback } from "react";
import { useTextAt } from "../values/clock";
import { absolute, relative } from "../values/time";

/** An instant as people say it; hovering shows the absolute one. */
export function Instant({ at }: { at: string | null | undefined }) {
  if (!at) return <span className="muted">–</span>;
  return <Relative at={at} />;
}

function Relative({ at }: { at: string }) {
  const text = useTextAt(useCallback((nowMs: number) => relative(at, nowMs), [at]));
  return (
    <time dateTime={at} title={absolute(at)}>
      {text}
    </time>
  );
}

/** Both, for places that are read closely. */
export function FullInstant({ at }: { at: string }) {
  return (
    <span className="full-instant">
      {absolute(at)}{" "}
      <span className="muted">
        (<Relative at={at} />)
      </span>
    </span>
  );
}

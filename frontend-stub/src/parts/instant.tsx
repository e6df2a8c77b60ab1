import { useCallback } from "react";
import { useTextAt } from "../values/clock";
import { absolute, relative } from "../values/time";
import { useProgramOffset } from "./program-clock";

interface Props {
  readonly at: string;
  /** Whether the instant is in the program's time, which a test program can be ahead in. */
  readonly programTime?: boolean;
}

/** An instant as people say it; hovering shows the absolute one. */
export function Instant({ at, programTime = false }: Props) {
  const ahead = useProgramOffset();
  const offset = programTime ? ahead : 0;
  const text = useTextAt(
    useCallback((nowMs: number) => relative(at, nowMs + offset), [at, offset]),
  );
  return (
    <time dateTime={at} title={absolute(at)}>
      {text}
    </time>
  );
}

/** Both, for places that are read closely. */
export function FullInstant(props: Props) {
  return (
    <span className="full-instant">
      {absolute(props.at)}{" "}
      <span className="muted">
        (<Instant {...props} />)
      </span>
    </span>
  );
}

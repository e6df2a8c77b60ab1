import { useEffect, useRef, useState } from "react";
import type { EventType } from "../generated/operations";
import { useApi } from "./api";
import { followEvents } from "./events";
import { replicaLagMs } from "./replica";

/** A program and the position of an answer among its events. */
export interface Position {
  readonly id: string;
  readonly eventCursor: string;
}

/** Events are gathered for a moment: at most one call a second. */
const gatherMs = 1_000;

/**
 * Calls `changed` after events of these types, from the first answer's position on.
 *
 * from: undefined or null until there is an answer, or while nothing is to be followed. types: a constant outside of
 * the component.
 */
export function useChanges(
  from: Position | null | undefined,
  types: readonly EventType[],
  changed: () => void,
): void {
  const { socket } = useApi();
  const [round, setRound] = useState(0);
  const call = useRef(changed);
  call.current = changed;
  const newest = useRef(from);
  newest.current = from;
  const id = from?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round follows from the newest answer
  useEffect(() => {
    const start = newest.current;
    if (id === undefined || !start) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lastCall: ReturnType<typeof setTimeout> | undefined;
    const gather = () => {
      // What is read at once may come from a replica that lacks it.
      clearTimeout(lastCall);
      lastCall = setTimeout(() => call.current(), replicaLagMs);
      timer ??= setTimeout(() => {
        timer = undefined;
        call.current();
      }, gatherMs);
    };
    const stop = followEvents(socket, id, types, start.eventCursor, {
      happened: gather,
      // The next answer has a position that the server still keeps.
      expired: () => {
        call.current();
        timer = setTimeout(() => setRound((before) => before + 1), 5 * gatherMs);
      },
    });
    return () => {
      clearTimeout(timer);
      clearTimeout(lastCall);
      stop();
    };
  }, [socket, id, types, round]);
}

import { useEffect, useState } from "react";
import { everySecond } from "./clock";

/** Whole seconds until the wait is over, 0 from then on. round: another one begins the wait anew. */
export function useSecondsLeft(seconds = 0, round = 0): number {
  const [left, setLeft] = useState(Math.ceil(seconds));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round is a new wait, as long as the last one
  useEffect(() => {
    const end = Date.now() + seconds * 1000;
    const look = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    look();
    return everySecond(look);
  }, [seconds, round]);
  return left;
}

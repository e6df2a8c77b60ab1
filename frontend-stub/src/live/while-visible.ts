import { useEffect } from "react";

/** Acts again and again while somebody may be looking, and at once when they come back; null: not at all. */
export function useWhileVisible(act: (() => void) | null, everyMs: number): void {
  useEffect(() => {
    if (!act) return;
    const look = () => {
      if (document.visibilityState === "visible") act();
    };
    const timer = setInterval(look, everyMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [act, everyMs]);
}

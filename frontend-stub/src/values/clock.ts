import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for the whole page, running only while something shows the time. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** A text made from the time; the component renders again only when the text changes. */
export function useTextAt(read: (nowMs: number) => string): string {
  return useSyncExternalStore(
    subscribe,
    useCallback(() => read(Date.now()), [read]),
  );
}

/** Calls `tick` each second, and tells how to stop. */
export const everySecond = subscribe;

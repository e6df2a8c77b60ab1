import { createContext, useContext } from "react";

const Context = createContext(0);
/** How far the program's clock is ahead of real time, in milliseconds: tests move it forward. */
export const ProgramClock = Context.Provider;

/** What to add to real time to compare it with an instant of the program's time. */
export function useProgramOffset(): number {
  return useContext(Context);
}

export function offsetOf(program: { readonly now: string } | undefined): number {
  const ahead = program ? Date.parse(program.now) - Date.now() : 0;
  // Below a minute it is the way of the answer and two clocks, not a moved one.
  return Math.abs(ahead) < 60_000 ? 0 : Math.round(ahead / 1000) * 1000;
}

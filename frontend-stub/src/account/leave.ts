import { createContext, useContext } from "react";

export interface Leaving {
  /** Whoever signs in next begins where this one was. */
  readonly here: boolean;
  /** Why, when it was not asked for as such: shown where somebody signs in. */
  readonly reason?: string;
}

/** Ends the session, at the server too. */
export type Leave = (how?: Leaving) => Promise<void>;

const Context = createContext<Leave>(async () => {});
export const LeaveProvider = Context.Provider;

export function useLeave(): Leave {
  return useContext(Context);
}

import { createContext, useContext } from "react";
import type { ApiScope } from "../generated/operations";

const Context = createContext<readonly ApiScope[]>([]);
export const ScopesProvider = Context.Provider;

/** Whether the key has this scope: what it cannot do is not offered. The server decides. */
export function useScope(scope: ApiScope): boolean {
  return useContext(Context).includes(scope);
}

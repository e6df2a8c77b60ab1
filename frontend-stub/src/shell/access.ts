import { createContext, useContext } from "react";
import type { ApiScope, Role, SessionQuery } from "../generated/operations";

type Viewer = NonNullable<SessionQuery["viewer"]>;

/** Who is signed in, and what that is in the program in view. */
export interface Access {
  readonly kind: Viewer["kind"];
  readonly wallet: string | null;
  /** Of the platform: a wallet that the deployment lists, or a key with PLATFORM. */
  readonly operator: boolean;
  readonly scopes: readonly ApiScope[];
  readonly roles: readonly Role[];
  /** Signs for the program's treasury. */
  readonly owner: boolean;
  readonly affiliateId: string | null;
  readonly userId: string | null;
}

const nobody: Access = {
  kind: "API_KEY",
  wallet: null,
  operator: false,
  scopes: [],
  roles: [],
  owner: false,
  affiliateId: null,
  userId: null,
};

const Context = createContext<Access>(nobody);
export const AccessProvider = Context.Provider;

export function useAccess(): Access {
  return useContext(Context);
}

/** Whether this may be offered: a key with the scope, or an ADMIN. The server decides. */
export function may({ scopes, roles, operator }: Access, scope: ApiScope): boolean {
  if (scope === "PLATFORM") return operator;
  return scopes.includes(scope) || roles.includes("ADMIN");
}

export function useMay(scope: ApiScope): boolean {
  return may(useAccess(), scope);
}

interface InView {
  readonly id: string;
  readonly treasury: { readonly owners: readonly string[] };
}

export function accessOf(viewer: Viewer | null | undefined, program: InView | undefined): Access {
  if (!viewer) return nobody;
  const member = viewer.memberships.nodes.find((each) => each.program.id === program?.id);
  const scopes = viewer.apiKey?.scopes ?? [];
  const wallet = viewer.wallet ?? null;
  return {
    kind: viewer.kind,
    wallet,
    operator: viewer.operator || scopes.includes("PLATFORM"),
    scopes,
    roles: member?.roles ?? [],
    owner: wallet !== null && (program?.treasury.owners.includes(wallet) ?? false),
    affiliateId: member?.affiliate?.id ?? null,
    userId: member?.user?.id ?? null,
  };
}

const roleWords: Record<Role, string> = {
  ADMIN: "Admin",
  AFFILIATE: "Affiliate",
  CLIENT: "Customer",
};

/** What somebody is here, in words: "Admin, treasury owner". */
export function standing(access: Access): string {
  const words = access.roles.map((role) => roleWords[role]);
  if (access.owner) words.push("Treasury owner");
  if (access.operator) words.push("Operator");
  if (access.kind === "API_KEY" && words.length === 0) return "API key";
  return words.length > 0 ? words.join(", ") : "Visitor";
}

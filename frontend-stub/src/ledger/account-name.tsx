import type { LedgerAccountKind } from "../generated/operations";
import { Hash } from "../parts/hash";
import { accountWords } from "./words";

interface Account {
  readonly kind: LedgerAccountKind;
  readonly ownerId: string | null;
}

/** Whose account of what. */
export function AccountName({ account: { kind, ownerId } }: { account: Account }) {
  return (
    <>
      {accountWords[kind]} {ownerId && <Hash value={ownerId} />}
    </>
  );
}

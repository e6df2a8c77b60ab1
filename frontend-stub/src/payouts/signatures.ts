import type { SafeTransactionDeath, SafeTransactionStatus } from "../generated/operations";

interface Signed {
  readonly status: SafeTransactionStatus;
  readonly death: SafeTransactionDeath | null;
  readonly signatures: readonly { readonly owner: string }[];
}

/** Whether owners are asked for it: each signs all of those at once. */
export function waits({ status, death }: Signed): boolean {
  return status === "PROPOSED" && death === null;
}

/** How many owners have signed a batch: as many as have signed the part that has fewest. */
export function signedBy(transactions: readonly Signed[]): number {
  const counts = transactions.map(({ signatures }) => signatures.length);
  return counts.length === 0 ? 0 : Math.min(...counts);
}

/** Owners who have not signed everything that waits. */
export function unsignedOwners(
  owners: readonly string[],
  transactions: readonly Signed[],
): readonly string[] {
  const waiting = transactions.filter(waits);
  return owners.filter((owner) =>
    waiting.some(({ signatures }) => !signatures.some((each) => each.owner === owner)),
  );
}

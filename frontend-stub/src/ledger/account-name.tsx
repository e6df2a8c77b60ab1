import type { LedgerOwnerFragment } from "../generated/operations";
import { Hash } from "../parts/hash";
import { accountWords } from "./words";

/** Whose account of what. */
export function AccountName({ account: { kind, ownerId, owner } }: Props) {
  return (
    <>
      {accountWords[kind]} <OwnerName owner={owner} ownerId={ownerId} />
    </>
  );
}

interface Props {
  readonly account: LedgerOwnerFragment;
}

/** An affiliate by its code, a user by its wallet. */
function OwnerName({ owner, ownerId }: Pick<LedgerOwnerFragment, "owner" | "ownerId">) {
  if (owner?.__typename === "Affiliate") {
    return (
      <>
        <code>{owner.referralCode}</code>
        {owner.displayName && <span className="muted small-text"> {owner.displayName}</span>}
      </>
    );
  }
  if (owner?.__typename === "User") return <Hash value={owner.wallet} />;
  return ownerId && <Hash value={ownerId} />;
}

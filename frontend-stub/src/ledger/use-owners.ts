import { useQuery } from "urql";
import { LedgerOwnerByCodeDocument, LedgerOwnerByWalletDocument } from "../generated/operations";
import { type Failure, failureOf } from "../values/failure";

export interface Owner {
  readonly id: string;
  readonly as: "customer" | "affiliate";
}

interface Owners {
  /** undefined while they are looked for. A wallet may be both. */
  readonly owners: readonly Owner[] | undefined;
  readonly failure: Failure | null;
}

const none: readonly Owner[] = [];

/** Whom a text means: an id, a wallet or a referral code. */
export function useOwners(programId: string, text: string): Owners {
  const known = ownerOfId(text);
  const asked = text !== "" && known === null;
  const isWallet = /^0x[0-9a-f]{40}$/i.test(text);
  const [wallet] = useQuery({
    query: LedgerOwnerByWalletDocument,
    variables: { programId, wallet: text },
    pause: !asked || !isWallet,
  });
  const [code] = useQuery({
    query: LedgerOwnerByCodeDocument,
    variables: { programId, code: text },
    pause: !asked || isWallet,
  });
  if (!asked) return { owners: known ? [known] : none, failure: null };
  const { data, error, fetching } = isWallet ? wallet : code;
  if (error) return { owners: none, failure: failureOf(error) };
  if (fetching || !data) return { owners: undefined, failure: null };
  const user = "user" in data ? data.user : null;
  return {
    owners: [
      ...(user ? [{ id: user.id, as: "customer" } as const] : none),
      ...(data.affiliate ? [{ id: data.affiliate.id, as: "affiliate" } as const] : none),
    ],
    failure: null,
  };
}

function ownerOfId(text: string): Owner | null {
  if (/^usr_[0-9a-z]{26}$/.test(text)) return { id: text, as: "customer" };
  if (/^aff_[0-9a-z]{26}$/.test(text)) return { id: text, as: "affiliate" };
  return null;
}

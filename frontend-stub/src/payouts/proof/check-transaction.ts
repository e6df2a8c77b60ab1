import type { Hex } from "viem";
import { checkRecipients, placeOf } from "./check-recipients";
import type { PayoutClaim, SafeTransactionClaim, TreasuryFacts } from "./claims";
import { Comparison, type Difference } from "./difference";
import { multiSendAddresses, multiSendData } from "./multi-send";
import {
  contentHash,
  plannedTx,
  type SafeTx,
  type SafeTxDocument,
  safeTxDocument,
  safeTxHash,
} from "./safe-hash";

const call = 0;
const delegateCall = 1;

/** A Safe transaction as the page made it from the rows that it shows: what is signed is this, not the server's. */
export interface Rebuilt {
  readonly id: string;
  readonly hash: Hex;
  readonly contentHash: Hex;
  readonly document: SafeTxDocument;
}

export interface CheckedTransaction {
  readonly differences: readonly Difference[];
  readonly rebuilt: Rebuilt | null;
}

/** safe: the treasury's address, which the caller has looked at, as it has at chainId. */
export function checkTransaction(
  facts: TreasuryFacts,
  chainId: bigint,
  safe: Hex,
  claim: SafeTransactionClaim,
  rows: readonly PayoutClaim[],
): CheckedTransaction {
  const { differences, recipients, token } = checkRecipients(facts, claim, rows);
  const all = new Comparison(placeOf(claim));
  all.same("Safe", safe, claim.safe);
  if (!/^(0|[1-9]\d*)$/.test(claim.nonce)) all.differs("nonce", "a whole number", claim.nonce);
  if (!recipients || !token || all.differences.length > 0) {
    return { differences: [...differences, ...all.differences], rebuilt: null };
  }
  const nonce = BigInt(claim.nonce);
  const tx = recipients.length === 0 ? closing(safe, nonce) : paying(all, claim, nonce);
  const whole: SafeTx =
    recipients.length === 0 ? tx : { ...tx, data: multiSendData(token, recipients) };
  const rebuilt = {
    id: claim.id,
    hash: safeTxHash(chainId, safe, whole),
    contentHash: contentHash(chainId, safe, token, nonce, recipients),
    document: safeTxDocument(chainId, safe, whole),
  };
  all.same("content hash", rebuilt.contentHash, claim.contentHash);
  all.same("called address", whole.to, claim.to);
  all.same("operation", whole.operation, claim.operation);
  all.same("calldata", whole.data, claim.data);
  all.same("Safe transaction hash", rebuilt.hash, claim.hash);
  all.document("document to sign", rebuilt.document, claim.typedData);
  return { differences: [...differences, ...all.differences], rebuilt };
}

/** Uses a nonce up and pays nobody. */
function closing(safe: Hex, nonce: bigint): SafeTx {
  return plannedTx({ to: safe, data: "0x", operation: call, nonce });
}

function paying(all: Comparison, claim: SafeTransactionClaim, nonce: bigint): SafeTx {
  const known = multiSendAddresses.find((each) => each.toLowerCase() === claim.to.toLowerCase());
  if (!known) {
    all.differs(
      "code that the Safe delegates to",
      `Safe's MultiSendCallOnly at one of ${multiSendAddresses.join(", ")}`,
      claim.to,
    );
  }
  const to = (known ?? multiSendAddresses[0]) as Hex;
  return plannedTx({ to, data: "0x", operation: delegateCall, nonce });
}

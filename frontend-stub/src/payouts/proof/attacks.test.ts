import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import type { SafeTransactionClaim } from "./claims";
import { proofOf, recorded } from "./recorded";
import { batchContentHash, plannedTx, type SafeTx, safeTxDocument, safeTxHash } from "./safe-hash";

const other: Hex = "0x79613FD49472C3C7a32188e45ff00e7bdC8a897d";

/** A server that means it: whatever it changes, its hash and its document fit. */
function lie(change: Partial<SafeTx>) {
  const answer = recorded("payouts");
  const [honest] = answer.batch.safeTransactions;
  if (!honest) throw new Error("a batch without Safe transactions");
  const { to, data, operation, nonce } = honest;
  const call = { to: to as Hex, data: data as Hex, operation, nonce: BigInt(nonce) };
  const tx = { ...plannedTx(call), ...change };
  const chainId = BigInt(answer.program.chainId);
  const safe = honest.safe as Hex;
  const told: SafeTransactionClaim = {
    ...honest,
    to: tx.to,
    data: tx.data,
    operation: tx.operation,
    nonce: String(tx.nonce),
    hash: safeTxHash(chainId, safe, tx),
    typedData: JSON.parse(JSON.stringify(safeTxDocument(chainId, safe, tx))),
  };
  const contentHash = batchContentHash([told.contentHash as Hex]);
  const batch = { ...answer.batch, safeTransactions: [told], contentHash };
  return proofOf({ ...answer, batch });
}

describe("a server whose hashes fit its lie", () => {
  it("is believed when it does not lie", () => expect(lie({}).differences).toEqual([]));

  it.each([
    ["lets the Safe delegate to other code", { to: other }, "code that the Safe delegates to"],
    ["calls instead of delegating", { operation: 0 }, "operation"],
    ["sends value", { value: 1n }, "document to sign.message.value"],
    ["refunds gas", { gasPrice: 1n, baseGas: 1n }, "document to sign.message.gasPrice"],
    ["refunds gas to somebody", { refundReceiver: other }, "Safe transaction hash"],
    ["refunds gas in a token", { gasToken: other }, "Safe transaction hash"],
    ["bounds the gas", { safeTxGas: 1n }, "Safe transaction hash"],
    ["calls something else", { data: "0x8d80ff0a" as Hex }, "calldata"],
    ["moves to another nonce", { nonce: 9n }, "content hash"],
  ])("%s: refused", (_, change, field) => {
    const { differences } = lie(change);
    expect(differences.map((each) => each.field)).toContain(field);
  });

  it("adds a member to the document: refused", () => {
    const answer = recorded("payouts");
    const typed = answer.batch.safeTransactions[0]?.typedData as { message: object };
    Object.assign(typed.message, { note: "" });
    expect(proofOf(answer).differences.map((each) => each.field)).toEqual([
      "document to sign.message.note",
    ]);
  });
});

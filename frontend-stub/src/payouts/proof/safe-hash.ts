import { concatHex, encodeAbiParameters, type Hex, hashTypedData, keccak256 } from "viem";
import type { Recipient } from "./multi-send";

export const nobody: Hex = "0x0000000000000000000000000000000000000000";

/** A Safe transaction as its owners sign it. The gas fields are zero: a Safe pays nobody for executing. */
export interface SafeTx {
  readonly to: Hex;
  readonly value: bigint;
  readonly data: Hex;
  readonly operation: number;
  readonly safeTxGas: bigint;
  readonly baseGas: bigint;
  readonly gasPrice: bigint;
  readonly gasToken: Hex;
  readonly refundReceiver: Hex;
  readonly nonce: bigint;
}

const types = {
  SafeTx: [
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "operation", type: "uint8" },
    { name: "safeTxGas", type: "uint256" },
    { name: "baseGas", type: "uint256" },
    { name: "gasPrice", type: "uint256" },
    { name: "gasToken", type: "address" },
    { name: "refundReceiver", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
} as const;
const domainFields = [
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;

/** A call without value and without refunds of gas. */
export function plannedTx(call: Pick<SafeTx, "to" | "data" | "operation" | "nonce">): SafeTx {
  const nothing = { value: 0n, safeTxGas: 0n, baseGas: 0n, gasPrice: 0n };
  return { ...call, ...nothing, gasToken: nobody, refundReceiver: nobody };
}

/** The safeTxHash of a Safe from version 1.3.0 on. Source: Safe.sol `getTransactionHash`. */
export function safeTxHash(chainId: bigint, safe: Hex, tx: SafeTx): Hex {
  const domain = { chainId, verifyingContract: safe };
  return hashTypedData({ domain, types, primaryType: "SafeTx", message: tx });
}

/** The JSON document for eth_signTypedData_v4; integers as text, as wallets take them. */
export function safeTxDocument(chainId: bigint, safe: Hex, tx: SafeTx) {
  return {
    types: { EIP712Domain: domainFields, ...types },
    primaryType: "SafeTx",
    domain: { chainId: Number(chainId), verifyingContract: safe },
    message: {
      to: tx.to,
      value: String(tx.value),
      data: tx.data,
      operation: tx.operation,
      safeTxGas: String(tx.safeTxGas),
      baseGas: String(tx.baseGas),
      gasPrice: String(tx.gasPrice),
      gasToken: tx.gasToken,
      refundReceiver: tx.refundReceiver,
      nonce: String(tx.nonce),
    },
  } as const;
}

export type SafeTxDocument = ReturnType<typeof safeTxDocument>;

const content = [
  { name: "chainId", type: "uint256" },
  { name: "safe", type: "address" },
  { name: "token", type: "address" },
  { name: "nonce", type: "uint256" },
  { name: "destinations", type: "address[]" },
  { name: "amounts", type: "uint256[]" },
] as const;

/** keccak256(abi.encode(chainId, safe, token, nonce, address[], uint256[])) of one Safe transaction. */
export function contentHash(
  chainId: bigint,
  safe: Hex,
  token: Hex,
  nonce: bigint,
  recipients: readonly Recipient[],
): Hex {
  const destinations = recipients.map(({ destination }) => destination);
  const amounts = recipients.map(({ amount }) => amount);
  return keccak256(
    encodeAbiParameters(content, [chainId, safe, token, nonce, destinations, amounts]),
  );
}

/** keccak256 over the content hashes of a batch's Safe transactions, in order. */
export function batchContentHash(hashes: readonly Hex[]): Hex {
  return keccak256(concatHex(hashes));
}

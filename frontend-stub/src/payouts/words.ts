import type {
  BatchChangeKind,
  BlockerCode,
  PayoutBatchStatus,
  PayoutPurpose,
  PayoutStatus,
  SafeTransactionDeath,
  SafeTransactionStatus,
} from "../generated/operations";
import { codeWords } from "../parts/status";

export const batchStatuses: readonly PayoutBatchStatus[] = [
  "PENDING_APPROVAL",
  "APPROVED",
  "EXECUTING",
  "COMPLETED",
  "PARTIALLY_COMPLETED",
  "REJECTED",
  "FAILED",
];

export const batchWords: Record<PayoutBatchStatus, string> = {
  PENDING_APPROVAL: "To be signed",
  APPROVED: "Approved",
  EXECUTING: "Executing",
  COMPLETED: "Paid",
  PARTIALLY_COMPLETED: "Partly paid",
  REJECTED: "Rejected",
  FAILED: "Failed",
};

/** What it waits for. What is signed and not sent yet is approved: "Executing" would contradict the batch's status. */
export function waitWords(code: BlockerCode, status: PayoutBatchStatus): string {
  return code === "EXECUTING" && status === "APPROVED" ? batchWords.APPROVED : codeWords(code);
}

export const safeWords: Record<SafeTransactionStatus, string> = {
  PROPOSED: "To be signed",
  APPROVED: "Approved",
  EXECUTING: "Executing",
  EXECUTED: "Executed",
  DEAD: "Dead",
};

export const payoutWords: Record<PayoutStatus, string> = {
  PENDING: "Pending",
  PROCESSING: "Processing",
  PAID: "Paid",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
};

export const deathWords: Record<SafeTransactionDeath, string> = {
  REJECTED: "It was rejected, or a newer batch took its place.",
  RECIPIENT_REFUSED: "The chain refuses one of its recipients, so none of them can be paid by it.",
  STALE_NONCE: "The Safe used its nonce for something else.",
  OWNERS_CHANGED: "The Safe's owners or its threshold changed after it was signed.",
  EXECUTION_FAILURE: "The chain refused to execute it.",
};

export const changeWords: Record<BatchChangeKind, string> = {
  NEW_RECIPIENT: "New recipient",
  WALLET_CHANGED: "Wallet changed",
  AMOUNT_JUMP: "Amount jumped",
  LOOK_ALIKE_ADDRESS: "Look-alike address",
};

export const purposeWords: Record<PayoutPurpose, string> = {
  COMMISSION: "Commissions",
  REFUND: "Refund",
  WITHDRAWAL: "Withdrawal",
};

/** Whom a payout is for, said to those who do not see people. */
export const payeeWords: Record<PayoutPurpose, string> = {
  COMMISSION: "An affiliate",
  REFUND: "A customer",
  WITHDRAWAL: "Own money",
};

/** Which of the page's marks a state has: by shape and colour. */
const looks: Record<string, string> = {
  PENDING_APPROVAL: "pending",
  PROPOSED: "pending",
  PENDING: "pending",
  APPROVED: "processing",
  EXECUTING: "processing",
  PROCESSING: "processing",
  COMPLETED: "confirmed",
  EXECUTED: "confirmed",
  PAID: "confirmed",
  PARTIALLY_COMPLETED: "processing",
  REJECTED: "failed",
  CANCELLED: "failed",
  FAILED: "failed",
  DEAD: "failed",
};

export function lookOf(status: string): string {
  return looks[status] ?? "pending";
}

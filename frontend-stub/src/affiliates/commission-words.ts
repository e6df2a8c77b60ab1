import type { BlockerCode, CommissionStatus } from "../generated/operations";

export const commissionStatuses: readonly CommissionStatus[] = [
  "ACCRUED",
  "PAYABLE",
  "PENDING_APPROVAL",
  "PAID",
  "REVERSED",
];

export const commissionWords: Record<CommissionStatus, string> = {
  ACCRUED: "Accrued",
  PAYABLE: "Payable",
  PENDING_APPROVAL: "In a batch",
  PAID: "Paid",
  REVERSED: "Reversed",
};

/** Which of the page's marks a status has. */
export const commissionLooks: Record<CommissionStatus, string> = {
  ACCRUED: "pending",
  PAYABLE: "pending",
  PENDING_APPROVAL: "processing",
  PAID: "confirmed",
  REVERSED: "failed",
};

/** What happens next, and who does it: the server's message says why a commission waits. */
export const nextSteps: Record<BlockerCode, string> = {
  HOLDING_PERIOD: "It becomes payable by itself, and goes into the next batch.",
  BELOW_MINIMUM: "It is paid with later commissions, once the sum reaches the minimum.",
  AWAITING_APPROVAL: "The treasury's owners sign the batch on the page Payouts.",
  EXECUTING: "Nobody needs to do anything: it is paid once its block is final.",
  PROGRAM_PAUSED: "It goes on when an admin resumes the program.",
  AFFILIATE_SUSPENDED: "It waits until an admin makes the affiliate active again.",
  WALLET_COOL_DOWN: "It goes into the first batch after that.",
  NEGATIVE_BALANCE: "Later commissions make up for the clawbacks first.",
  RECIPIENT_REFUSED:
    "The chain refuses this wallet: the affiliate changes it, or an admin looks why.",
  TREASURY_SHORT: "It is sent by itself once the treasury holds enough.",
  EARLIER_BATCH_OPEN: "The treasury's owners finish that batch first.",
};

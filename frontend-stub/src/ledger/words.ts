import type { LedgerAccountKind, LedgerTransactionKind } from "../generated/operations";

export const accountKinds: readonly LedgerAccountKind[] = [
  "USER",
  "DEPOSIT",
  "PROGRAM",
  "AFFILIATE",
  "REFUND",
  "PAYOUT_IN_FLIGHT",
  "PAID_OUT",
  "PROVIDER",
  "PLATFORM",
  "SUSPENSE",
];

export const accountWords: Record<LedgerAccountKind, string> = {
  USER: "User",
  DEPOSIT: "Deposit",
  PROGRAM: "Program",
  AFFILIATE: "Affiliate",
  REFUND: "Refund",
  PAYOUT_IN_FLIGHT: "Payout in flight",
  PAID_OUT: "Paid out",
  PROVIDER: "Provider",
  PLATFORM: "Platform",
  SUSPENSE: "Suspense",
};

/** What an account of the kind holds; a credit balance is what the treasury keeps for it. */
export const accountMeanings: Record<LedgerAccountKind, string> = {
  USER: "paid in on chain",
  DEPOSIT: "other money that came into the treasury",
  PROGRAM: "what the program keeps",
  AFFILIATE: "owed to affiliates",
  REFUND: "owed back to users",
  PAYOUT_IN_FLIGHT: "approved, not yet final on chain",
  PAID_OUT: "left the treasury",
  PROVIDER: "confirmed by a payment provider, not yet in the treasury",
  PLATFORM: "platform fees",
  SUSPENSE: "seen on chain, explained by nothing yet",
};

export const transactionKinds: readonly LedgerTransactionKind[] = [
  "SETTLEMENT",
  "PAYOUT_HOLD",
  "PAYOUT_RELEASE",
  "PAYOUT",
  "DEPOSIT",
  "WITHDRAWAL",
  "ADJUSTMENT",
  "REVERSAL",
];

export const transactionWords: Record<LedgerTransactionKind, string> = {
  SETTLEMENT: "Settlement",
  PAYOUT_HOLD: "Payout hold",
  PAYOUT_RELEASE: "Payout release",
  PAYOUT: "Payout",
  DEPOSIT: "Deposit",
  WITHDRAWAL: "Withdrawal",
  ADJUSTMENT: "Adjustment",
  REVERSAL: "Reversal",
};

/** Why a transaction of the kind is posted. */
export const transactionReasons: Record<LedgerTransactionKind, string> = {
  SETTLEMENT: "A user's payment was proven, with its platform fee and all commissions.",
  PAYOUT_HOLD: "Owners approved a payout: nobody else is promised this money.",
  PAYOUT_RELEASE: "A payout will not be paid as approved: the money is back where it came from.",
  PAYOUT: "A payout was executed: the money has left the treasury.",
  DEPOSIT: "Money came into the treasury that no payment explains.",
  WITHDRAWAL: "Money left the treasury that no payout explains.",
  ADJUSTMENT: "A person explained a discrepancy, or forfeited or wrote off a balance.",
  REVERSAL: "A settlement was taken back, wholly or in part.",
};

export const ledgerViews = [
  { path: "ledger", name: "Trial balance" },
  { path: "ledger/accounts", name: "Accounts" },
  { path: "ledger/transactions", name: "Transactions" },
] as const;

/** A run's checks in their order, and what each proves. */
export const checks = [
  {
    name: "TRIAL_BALANCE",
    title: "Trial balance",
    proves: "Debits equal credits in each currency.",
  },
  {
    name: "STORED_BALANCES",
    title: "Stored balances",
    proves: "Each balance is the sum of its transfers, and each journal is whole.",
  },
  {
    name: "COMMISSIONS",
    title: "Commissions",
    proves: "What affiliates are owed is their balance, earned once, by the stored terms.",
  },
  {
    name: "SETTLEMENTS",
    title: "Settlements",
    proves: "Each settlement has its log on the chain, and each log its settlement.",
  },
  {
    name: "MOVEMENTS",
    title: "Movements",
    proves: "Each token transfer of the treasury is claimed by one journal.",
  },
  {
    name: "TREASURY",
    title: "Treasury",
    proves: "The Safe holds what moved, and what the ledger says.",
  },
  {
    name: "PAYOUTS",
    title: "Payouts",
    proves: "Each payout is a transfer to its recipient, and nothing can be paid twice.",
  },
  {
    name: "FOREST",
    title: "Affiliates",
    proves: "The tree has no cycle, and nobody refers themself.",
  },
  {
    name: "ROLLUPS",
    title: "Sums on pages",
    proves: "What pages show is what a rebuild makes.",
  },
  {
    name: "WORK",
    title: "Work",
    proves: "Nothing stands still, and no nonce is missing.",
  },
  {
    name: "SEALS",
    title: "Seals",
    proves: "No sealed row has changed, and none is unsealed.",
  },
] as const;

import type { DiscrepancyKind, ReconciliationStatus, Severity } from "../generated/operations";

export const reconciliationViews = [
  { path: "reconciliation", name: "Discrepancies" },
  { path: "reconciliation/runs", name: "Runs" },
] as const;

export const severities: readonly Severity[] = ["CRITICAL", "WARNING", "INFO"];

export const severityWords: Record<Severity, string> = {
  CRITICAL: "Critical",
  WARNING: "Warning",
  INFO: "Note",
};

/** Which of the page's marks it has: by shape and colour. */
export const severityLooks: Record<Severity, string> = {
  CRITICAL: "failed",
  WARNING: "processing",
  INFO: "pending",
};

export const runWords: Record<ReconciliationStatus, string> = {
  RUNNING: "Under way",
  CLEAN: "Everything agrees",
  DISCREPANCIES: "Something differs",
  FAILED: "Not carried out",
};

export const runLooks: Record<ReconciliationStatus, string> = {
  RUNNING: "processing",
  CLEAN: "confirmed",
  DISCREPANCIES: "failed",
  FAILED: "failed",
};

interface KindWords {
  readonly title: string;
  /** What is wrong. */
  readonly meaning: string;
  /** How to find out why, and what to put right before it is explained. */
  readonly next: string;
}

/** As docs/reconciliation.md has it, for those who are to decide. */
export const kindWords: Record<DiscrepancyKind, KindWords> = {
  LEDGER_IMBALANCE: {
    title: "The ledger is out of balance",
    meaning:
      "A currency's stored sums differ, or a journal is torn or does not claim what it moves. Somebody wrote past the posting function.",
    next: "“sge ledger verify” names the row. Restore it from a backup, then say so here.",
  },
  BALANCE_DRIFT: {
    title: "A balance is not the sum of its transfers",
    meaning: "A stored balance or snapshot is wrong. The transfers are right: they are sealed.",
    next: "With a witness, set the stored sum to what is expected, then say so here.",
  },
  COMMISSION_MISMATCH: {
    title: "A commission is not what was agreed",
    meaning:
      "What an affiliate is owed by commissions and by the ledger differs, or a commission is not by the stored terms and upline.",
    next: "Find the changed row by its seal and the audit trail. Who was paid less than they earned gets the rest by a withdrawal to their wallet.",
  },
  SETTLEMENT_NOT_ON_CHAIN: {
    title: "A settlement is not on the chain",
    meaning:
      "A settlement has no log that proves it, or a log has no settlement. The chain is right.",
    next: "Look the transaction up at a node you trust. When its log is gone for good, undo the settlement; else put the rows right first.",
  },
  UNEXPLAINED_INFLOW: {
    title: "Money came that nothing explains",
    meaning: "A transfer into the treasury belongs to no payment. It waits in SUSPENSE.",
    next: "Look up the sender in the transaction. Ask whether the program or its payment provider sent it.",
  },
  UNEXPLAINED_OUTFLOW: {
    title: "Money left that nothing explains",
    meaning:
      "A transfer out of the treasury belongs to no payout. While this is open the program cannot be resumed, and no batch is proposed.",
    next: "Ask the treasury's owners who signed it. When no owner knows of it, move the rest to safety and replace keys at once.",
  },
  TREASURY_MISMATCH: {
    title: "The treasury's balance differs",
    meaning:
      "The Safe's balance is not what moved, or not what the ledger says. The chain is right.",
    next: "Find the transfer that is claimed by nothing, or by two. Addresses as expected and actual mean that a recipient was forged: treat the workers' database role as stolen.",
  },
  PAYOUT_MISMATCH: {
    title: "A payout is not as it was owed",
    meaning:
      "A payout differs from its transfer, from what owners were given to sign, or from what the ledger holds for it.",
    next: "Nobody signs or executes the batch until this is explained. Close the batch to use its nonce up, and put the rows right.",
  },
  FOREST_BROKEN: {
    title: "The tree of affiliates is broken",
    meaning:
      "The tree, or who referred whom, was written past its rules. Intents keep the upline that they were accepted with.",
    next: "Set the parent again by moving the affiliate, then say so here.",
  },
  ROLLUP_DRIFT: {
    title: "A sum that pages show is wrong",
    meaning: "A rollup is not what a rebuild makes. No money depends on it.",
    next: "Run “sge program rebuild-rollups”, then say so here.",
  },
  STUCK_WORK: {
    title: "Something stands still",
    meaning:
      "Work is in one stage for longer than that may last; the message says what it waits for.",
    next: "Do what the message says. It closes by itself once nothing stands still there.",
  },
  NONCE_GAP: {
    title: "A lane waits for a missing nonce",
    meaning: "A relayer's next transaction cannot be mined: one before it does not exist.",
    next: "Do what the message says, then say so here.",
  },
  SEAL_BROKEN: {
    title: "A seal is broken",
    meaning: "Critical: a row that may never change did, or its seal. Warning: no worker seals.",
    next: "Compare the row with an audit export or a backup and put it back; or start a worker.",
  },
  UNATTRIBUTED_PAYMENT: {
    title: "A payment belongs to nobody we know",
    meaning:
      "A payment provider was paid for a wallet that is no user, or in a currency that is not counted.",
    next: "Have the provider refund it, then say so here.",
  },
  DEEP_REORGANISATION: {
    title: "The chain took back what was final",
    meaning: "A block that payments rest on is gone.",
    next: "Compare with other nodes. Run a reconciliation: it names each settlement that went with the block, and there it is undone.",
  },
  TREASURY_CONFIGURATION: {
    title: "The treasury's Safe was changed",
    meaning: "Owners, threshold, modules, guard or fallback handler are not what they were.",
    next: "Ask the owners whether it was them.",
  },
};

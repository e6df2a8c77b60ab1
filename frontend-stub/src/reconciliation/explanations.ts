import type { DiscrepancyExplanation, DiscrepancyKind } from "../generated/operations";

/** What may be said of a kind, the likeliest first; the server decides by what is in SUSPENSE and on the chain now. */
const fitting: Partial<Record<DiscrepancyKind, readonly DiscrepancyExplanation[]>> = {
  UNEXPLAINED_INFLOW: ["TO_PROGRAM", "FROM_PROVIDER", "NO_POSTING"],
  UNEXPLAINED_OUTFLOW: ["FROM_PROGRAM", "NO_POSTING"],
  SETTLEMENT_NOT_ON_CHAIN: ["NO_POSTING", "UNDO_SETTLEMENT"],
};

export function explanationsOf(kind: DiscrepancyKind): readonly DiscrepancyExplanation[] {
  return fitting[kind] ?? ["NO_POSTING"];
}

interface ExplanationWords {
  readonly title: string;
  /** What it posts, or that it posts nothing. */
  readonly posts: string;
}

export const explanationWords: Record<DiscrepancyExplanation, ExplanationWords> = {
  TO_PROGRAM: {
    title: "It is the program's",
    posts: "Posts SUSPENSE → PROGRAM: the program keeps it.",
  },
  FROM_PROVIDER: {
    title: "A payment provider sent it",
    posts:
      "Posts SUSPENSE → PROVIDER, and what the provider kept PROGRAM → PROVIDER. At most what providers still owe.",
  },
  FROM_PROGRAM: {
    title: "It was sent on purpose",
    posts:
      "What the recipient's wallet was owed (commissions, refunds) counts as paid by it; the rest is the program's: PROGRAM → SUSPENSE.",
  },
  UNDO_SETTLEMENT: {
    title: "The chain took the settlement back for good",
    posts:
      "Every node is asked first. Posts the mirror of its journal: nobody paid, so nobody earned, and nobody is owed a refund.",
  },
  NO_POSTING: {
    title: "Nothing is to be posted",
    posts: "Only the note is kept. The next run opens it again if it is still wrong.",
  },
};

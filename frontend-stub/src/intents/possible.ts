import type { Detail } from "./detail";

export interface Possible {
  readonly action: "retry" | "cancel" | "refund" | null;
  /** Why just this, in a sentence. */
  readonly why: string;
}

type Asked = Pick<Detail, "status" | "failure"> & {
  readonly settlement: Pick<
    NonNullable<Detail["settlement"]>,
    "amount" | "reversed" | "undoneAt"
  > | null;
};

/** The one thing that a person can do to an intent in this state. */
export function possible({ status, failure, settlement }: Asked): Possible {
  switch (status) {
    case "PENDING":
      return { action: "cancel", why: "Nothing of it is on the chain yet." };
    case "PROCESSING":
      return {
        action: null,
        why: "What is signed cannot be taken back: it can be refunded once it is final.",
      };
    case "FAILED":
      if (failure?.retryable) return { action: "retry", why: "" };
      return { action: null, why: "It has ended for good: only a new intent can take its place." };
    case "CONFIRMED":
      return afterSettlement(settlement);
  }
}

function afterSettlement(settlement: Asked["settlement"]): Possible {
  if (!settlement?.amount) return { action: null, why: "No money moved: nothing to refund." };
  if (settlement.undoneAt) {
    return { action: null, why: "The chain took the payment back: there is nothing to refund." };
  }
  if (settlement.reversed?.amount === settlement.amount.amount) {
    return { action: null, why: "All of it was refunded." };
  }
  return { action: "refund", why: "" };
}

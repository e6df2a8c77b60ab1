import { readFileSync } from "node:fs";
import { checkBatch, type Proof } from "./check-batch";
import type { BatchClaim, PayoutClaim, TreasuryFacts } from "./claims";

/** What the page has read when it compares. */
export interface Answer {
  readonly program: TreasuryFacts;
  readonly batch: BatchClaim;
  readonly rows: readonly PayoutClaim[];
}

const answers = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8"));

/**
 * Answers of a real API: `payouts` to ten affiliates, `closing` of a rejected batch; `several` has the same payouts in
 * three Safe transactions (one of them pays nobody), made by app/chain/payout_content.py.
 */
export function recorded(name: "payouts" | "closing" | "several"): Answer {
  return structuredClone(answers[name]);
}

export function proofOf({ program, batch, rows }: Answer): Proof {
  const steps = checkBatch(program, batch, rows);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

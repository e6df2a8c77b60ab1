import type { IntentProgressedSubscription, IntentStatus } from "../generated/operations";

/** Whether nothing happens to it any more by itself. */
export function isOver({ status }: { readonly status: IntentStatus }): boolean {
  return status === "CONFIRMED" || status === "FAILED";
}

/** The server ends the stream with it. */
export function isLastProgress({ intentStatus }: IntentProgressedSubscription): boolean {
  return isOver(intentStatus);
}

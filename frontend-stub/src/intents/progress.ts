import type {
  AttemptFragment,
  IntentProgressedSubscription,
  IntentStatus,
} from "../generated/operations";

/** Whether nothing happens to it any more by itself. */
export function isOver({ status }: { readonly status: IntentStatus }): boolean {
  return status === "CONFIRMED" || status === "FAILED";
}

/** The server ends the stream with it. */
export function isLastProgress({ intentStatus }: IntentProgressedSubscription): boolean {
  return isOver(intentStatus);
}

/** Whether the chain has not said yet how the attempt's transaction ended. */
export function isOnItsWay({ transaction }: AttemptFragment): boolean {
  const status = transaction?.status;
  return status === "PREPARED" || status === "BROADCAST" || status === "MINED";
}

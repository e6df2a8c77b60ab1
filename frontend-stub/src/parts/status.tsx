import type {
  IntentFailureCode,
  IntentKind,
  IntentStage,
  IntentStatus,
} from "../generated/operations";

export const statuses: readonly IntentStatus[] = ["PENDING", "PROCESSING", "CONFIRMED", "FAILED"];
export const kinds: readonly IntentKind[] = ["REGISTRATION", "PAYMENT", "COMMERCE_PAYMENT"];

export const statusWords: Record<IntentStatus, string> = {
  PENDING: "Pending",
  PROCESSING: "Processing",
  CONFIRMED: "Confirmed",
  FAILED: "Failed",
};

export const kindWords: Record<IntentKind, string> = {
  REGISTRATION: "Registration",
  PAYMENT: "Payment",
  COMMERCE_PAYMENT: "Commerce payment",
};

export const stageWords: Record<IntentStage, string> = {
  QUEUED: "Queued",
  SIGNED: "Signed",
  BROADCAST: "Broadcast",
  MINED: "Mined",
  FINAL: "Final",
};

/** Told apart by shape and word, not by colour alone. */
export function StatusMark({ status }: { status: IntentStatus }) {
  return <span className={`status ${status.toLowerCase()}`}>{statusWords[status]}</span>;
}

interface Progress {
  readonly status: IntentStatus;
  readonly stage: IntentStage;
  readonly confirmations: number | null;
  readonly requiredConfirmations: number | null;
  readonly failure?: { readonly code: IntentFailureCode } | null;
}

/** The stage in a few words; for a failed intent the reason says more. */
export function StageText({
  status,
  stage,
  confirmations,
  requiredConfirmations,
  failure,
}: Progress) {
  if (status === "FAILED" && failure) return <span>{codeWords(failure.code)}</span>;
  const counted = stage === "MINED" && confirmations !== null;
  return (
    <span>
      {stageWords[stage]}
      {counted && ` ${confirmations}/${requiredConfirmations ?? "?"}`}
    </span>
  );
}

/** INSUFFICIENT_FUNDS → "Insufficient funds". */
export function codeWords(code: string): string {
  const words = code.replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

import type { CombinedError } from "@urql/core";
import type { UserErrorCode } from "../generated/operations";
import { refusalOf } from "../values/outcome";

interface Payload {
  readonly userErrors: readonly { readonly code: UserErrorCode; readonly message: string }[];
}

/** What to do after a refusal. */
const steps: Partial<Record<UserErrorCode, string>> = {
  SELF_APPROVAL: "Ask another owner of the treasury to sign it.",
  NOT_AN_OWNER: "Sign in as a wallet that owns the treasury's Safe now.",
  STALE_BATCH: "Look at the batch that took its place, or at this one as it is now, and sign that.",
  STALE_SAFE_NONCE:
    "Propose a batch in its place: what is not paid moves to the Safe's next nonce.",
  EARLIER_BATCH_OPEN:
    "Finish the open batch first: sign it to the end, or reject it and then replace or close it.",
  WRONG_SIGNATURE_COUNT:
    "Something of it was signed or given up meanwhile: look at it again, and sign what still waits.",
  INVALID_SIGNATURE: "Check which account the wallet has open, and sign again.",
  CHAIN_UNAVAILABLE:
    "Nothing was lost: your signatures are kept in this tab. Try again in a moment.",
  PROGRAM_PAUSED: "An admin resumes the program; nothing is executed until then.",
  NOTHING_PAYABLE:
    "Commissions become due when their holding period ends; sums below the minimum wait for more.",
  AMOUNT_OUT_OF_RANGE: "Take at most what is available.",
};

/** Why the server refused, in words, with what to do next; null when it did it. */
export function refusalWithStep(
  error: CombinedError | undefined,
  payload: Payload | null | undefined,
): string | null {
  const refusal = refusalOf(error, payload);
  const code = payload?.userErrors[0]?.code;
  const step = code === undefined ? undefined : steps[code];
  return refusal !== null && step !== undefined ? `${refusal} ${step}` : refusal;
}

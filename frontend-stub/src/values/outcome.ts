import type { CombinedError } from "@urql/core";
import { failureOf } from "./failure";

interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

/** Why a mutation did not do it, in words; null when it did. payload: its one field's. */
export function refusalOf(
  error: CombinedError | undefined,
  payload: Payload | null | undefined,
): string | null {
  if (error) {
    const { message, retryAfterSeconds } = failureOf(error);
    return retryAfterSeconds === undefined
      ? message
      : `${message} Try again in ${Math.ceil(retryAfterSeconds)} s.`;
  }
  if (!payload) return "The server gave no answer: try again.";
  const [refusal] = payload.userErrors;
  return refusal ? `${refusal.message} (${refusal.code})` : null;
}

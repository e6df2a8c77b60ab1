import type { CombinedError } from "@urql/core";
import type { Remedy } from "../wallets/wallet";

/** Why something was not done, ready to be shown: codes of the API, of wallets, and NETWORK. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;
  /** What the page can do about it. */
  readonly remedy?: Remedy;
}

const words: Record<string, string> = {
  UNAUTHENTICATED: "You are no longer signed in: sign in again.",
  FORBIDDEN: "You may not do this: an admin of the program may, or somebody with the role for it.",
  RATE_LIMITED: "Too many requests within a short time.",
  QUERY_TOO_COMPLEX: "This asks for more than the server gives at once.",
  SERVICE_UNAVAILABLE: "The service is not available just now.",
  INTERNAL_SERVER_ERROR: "Something went wrong on the server.",
  CURSOR_EXPIRED: "These updates are too old to go on from.",
};

const unreachable = "The server cannot be reached. What you see and typed stays here.";
const offline = "This device has no network. What you see and typed stays here.";

interface CodedError {
  readonly message: string;
  readonly extensions?: Record<string, unknown>;
}

export function failureOf(error: Pick<CombinedError, "graphQLErrors" | "networkError">): Failure {
  const [first] = error.graphQLErrors;
  if (first) return codedFailure(first);
  return {
    code: "NETWORK",
    message: globalThis.navigator?.onLine === false ? offline : unreachable,
  };
}

export function codedFailure({ message, extensions = {} }: CodedError): Failure {
  const { code, requestId, retryAfterSeconds } = extensions;
  const known = typeof code === "string" ? code : "UNKNOWN";
  return {
    code: known,
    message: words[known] ?? message,
    ...(typeof requestId === "string" && { requestId }),
    ...(typeof retryAfterSeconds === "number" && { retryAfterSeconds }),
  };
}

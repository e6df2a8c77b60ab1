import type { CombinedError } from "@urql/core";

/** Why the API gave no answer, ready to be shown. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;
}

const words: Record<string, string> = {
  UNAUTHENTICATED: "This API key is not valid, or no longer so.",
  FORBIDDEN: "This API key may not do this.",
  RATE_LIMITED: "Too many requests from this key.",
  QUERY_TOO_COMPLEX: "This page asks for more than this key's limit.",
  SERVICE_UNAVAILABLE: "The service is not available just now.",
  INTERNAL_SERVER_ERROR: "Something went wrong on the server.",
  CURSOR_EXPIRED: "These updates are too old to go on from.",
};

interface CodedError {
  readonly message: string;
  readonly extensions?: Record<string, unknown>;
}

export function failureOf(error: Pick<CombinedError, "graphQLErrors" | "networkError">): Failure {
  const [first] = error.graphQLErrors;
  if (first) return codedFailure(first);
  return { code: "NETWORK", message: "The API cannot be reached." };
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

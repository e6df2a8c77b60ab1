import { expect, it } from "vitest";
import { codedFailure, failureOf } from "./failure";

it("names a coded error in words and keeps what support needs", () => {
  const extensions = { code: "RATE_LIMITED", requestId: "req_1", retryAfterSeconds: 3 };
  expect(codedFailure({ message: "limit", extensions })).toEqual({
    code: "RATE_LIMITED",
    message: "Too many requests within a short time.",
    requestId: "req_1",
    retryAfterSeconds: 3,
  });
});

it("shows the server's words for a code it does not know", () => {
  const extensions = { code: "BAD_USER_INPUT" };
  expect(codedFailure({ message: "first: 1 to 200", extensions }).message).toBe("first: 1 to 200");
});

it("tells an unreachable API from a refusal", () => {
  const error = { graphQLErrors: [], networkError: new Error("Failed to fetch") };
  expect(failureOf(error).code).toBe("NETWORK");
});

import { expect, it } from "vitest";
import { possible } from "./possible";

const paid = { amount: "10.00", currency: "USDC" };
const settled = { amount: paid, reversed: null, undoneAt: null };
const confirmed = { status: "CONFIRMED", failure: null } as const;

it("cancels what waits, and nothing that is signed", () => {
  const open = { failure: null, settlement: null };
  expect(possible({ ...open, status: "PENDING" }).action).toBe("cancel");
  expect(possible({ ...open, status: "PROCESSING" }).action).toBeNull();
});

it("retries what can be retried", () => {
  const failed = (retryable: boolean) =>
    possible({
      status: "FAILED",
      failure: { code: "INSUFFICIENT_FUNDS", message: "", retryable },
      settlement: null,
    });
  expect(failed(true).action).toBe("retry");
  expect(failed(false).action).toBeNull();
  expect(failed(false).why).toContain("for good");
});

it("refunds what was paid, as far as it was not", () => {
  expect(possible({ ...confirmed, settlement: settled }).action).toBe("refund");
  const some = { ...paid, amount: "4.00" };
  expect(possible({ ...confirmed, settlement: { ...settled, reversed: some } }).action).toBe(
    "refund",
  );
  expect(possible({ ...confirmed, settlement: { ...settled, reversed: paid } }).action).toBeNull();
  const undone = { ...settled, undoneAt: "2026-11-22T10:00:00Z" };
  expect(possible({ ...confirmed, settlement: undone }).action).toBeNull();
  expect(possible({ ...confirmed, settlement: { ...settled, amount: null } }).action).toBeNull();
});

import { expect, it } from "vitest";
import { walletErrorOf } from "./provider-errors";

it.each([
  [{ code: 4001 }, "REJECTED", "declined"],
  [{ code: -32603, data: { originalError: { code: 4001 } } }, "REJECTED", "declined"],
  [{ code: 4100 }, "WRONG_WALLET", "connect the account"],
  [{ code: 4902 }, "WRONG_CHAIN", "does not know"],
  [{ code: -32002 }, "WALLET_FAILED", "earlier question"],
  [{ code: 4900 }, "WALLET_FAILED", "no connection"],
  [new Error("device is locked"), "WALLET_FAILED", "device is locked"],
  ["what", "WALLET_FAILED", "MetaMask did not do it"],
  [null, "WALLET_FAILED", "MetaMask did not do it"],
])("%o is %s", (thrown, code, words) => {
  const problem = walletErrorOf(thrown, "MetaMask");
  expect(problem.code).toBe(code);
  expect(problem.message).toContain(words);
  expect(problem.message).toContain("MetaMask");
});

import { describe, expect, it } from "vitest";
import { difference, isZero, sum } from "./exact";

const usdc = (amount: string) => ({ amount, currency: "USDC" });

describe("difference", () => {
  it.each([
    ["10.000000", "0.799000", "9.201000"],
    ["0.799000", "10.000000", "-9.201000"],
    ["0.000000", "0.000001", "-0.000001"],
    ["-1.500000", "-2.000000", "0.500000"],
    ["123456789012345678901234567890.000001", "0.000002", "123456789012345678901234567889.999999"],
    ["5", "7", "-2"],
  ])("%s less %s is %s", (money, less, left) => {
    expect(difference(usdc(money), usdc(less))).toEqual(usdc(left));
  });
});

it("sums what no number could hold", () => {
  expect(sum([usdc("90071992547409.930001"), usdc("0.000001")], "USDC")).toEqual(
    usdc("90071992547409.930002"),
  );
  expect(sum([], "USDC").amount).toBe("0");
});

it("knows nothing from something", () => {
  expect(["0", "0.000000", "-0.00"].map((amount) => isZero(usdc(amount)))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isZero(usdc("0.000001"))).toBe(false);
});

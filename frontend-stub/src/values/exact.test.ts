import { describe, expect, it } from "vitest";
import { difference, fromMinorUnits, isZero, minorUnits, sum } from "./exact";

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
  expect(sum([usdc("-0.050"), usdc("0.010")], "USDC").amount).toBe("-0.040");
  expect(sum([usdc("0.1"), usdc("0.02")], "USDC").amount).toBe("0.12");
});

it("knows nothing from something", () => {
  expect(["0", "0.000000", "-0.00"].map((amount) => isZero(usdc(amount)))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isZero(usdc("0.000001"))).toBe(false);
});

describe("minorUnits", () => {
  it.each([
    ["0", 6, 0n],
    ["12.5", 6, 12_500_000n],
    ["12.500000", 6, 12_500_000n],
    ["12.50000000", 6, 12_500_000n],
    ["0.000001", 6, 1n],
    ["7", 0, 7n],
    ["90071992547409930.000001", 6, 90_071_992_547_409_930_000_001n],
  ])("%s with %d decimals", (amount, decimals, minor) => {
    expect(minorUnits(amount, decimals)).toBe(minor);
  });

  it.each(["", "-1", "+1", "01", "1.", ".5", "1e3", "1,000", "0x10", " 1", "1.0000001", "NaN"])(
    "%j is no amount of a currency with 6 decimals",
    (amount) => {
      expect(minorUnits(amount, 6)).toBeNull();
    },
  );
});

it.each([
  ["12500000", 6, "12.500000"],
  ["-1", 6, "-0.000001"],
  ["7", 0, "7"],
])("%s units with %d decimals are %s", (units, decimals, amount) => {
  expect(fromMinorUnits(BigInt(units), decimals)).toBe(amount);
});

import { describe, expect, it } from "vitest";
import { minorUnits } from "./units";

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

import { describe, expect, it } from "vitest";
import { balances, groupDigits, gwei, percent, withoutPadding } from "./money";

describe("groupDigits", () => {
  it.each([
    ["0", "0"],
    ["10.00", "10.00"],
    ["999.999999", "999.999999"],
    ["1000", "1,000"],
    ["-1234567.50", "−1,234,567.50"],
    ["123456789012345678901234567890.000001", "123,456,789,012,345,678,901,234,567,890.000001"],
  ])("%s reads %s", (amount, text) => {
    expect(groupDigits(amount)).toBe(text);
  });
});

describe("withoutPadding", () => {
  it.each([
    ["10.710000", "10.71"],
    ["10.000000", "10.00"],
    ["0.000001", "0.000001"],
    ["-1.500100", "-1.5001"],
    ["10.5", "10.5"],
    ["1000", "1000"],
  ])("%s reads %s", (amount, text) => {
    expect(withoutPadding(amount)).toBe(text);
  });
});

describe("balances", () => {
  const entry = (direction: "DEBIT" | "CREDIT", minor: string, currency = "USDC") => ({
    direction,
    amount: { minor, currency },
  });

  it("is exact beyond what a number can hold", () => {
    const huge = "90071992547409930000001";
    expect(balances([entry("DEBIT", huge), entry("CREDIT", huge)])).toBe(true);
    expect(balances([entry("DEBIT", huge), entry("CREDIT", "90071992547409930000002")])).toBe(
      false,
    );
  });

  it("does not offset one currency with another", () => {
    expect(balances([entry("DEBIT", "5"), entry("CREDIT", "5", "EURC")])).toBe(false);
  });
});

describe("percent", () => {
  it.each([
    [1000, "10 %"],
    [250, "2.5 %"],
    [5, "0.05 %"],
    [0, "0 %"],
  ])("%d basis points read %s", (bps, text) => {
    expect(percent(bps)).toBe(text);
  });
});

describe("gwei", () => {
  it.each([
    ["0", "0"],
    ["1", "0.000000001"],
    ["1500000000", "1.5"],
    ["1234000000000", "1,234"],
  ])("%s wei reads %s", (wei, text) => {
    expect(gwei(wei)).toBe(text);
  });
});

import { describe, expect, it } from "vitest";
import { inCurrency, said } from "./amounts";

const currencies = [
  { code: "USDC", decimals: 6 },
  { code: "JPYC", decimals: 0 },
];

describe("inCurrency", () => {
  it.each([
    ["5000000 USDC (smallest units) came", "5 USDC came"],
    ["1234567890001 USDC (smallest units)", "1,234,567.890001 USDC"],
    ["-1 USDC (smallest units)", "−0.000001 USDC"],
    ["700 JPYC (smallest units)", "700 JPYC"],
    ["5 XYZ (smallest units)", "5 XYZ (smallest units)"],
    ["block 5000000", "block 5000000"],
  ])("%s reads %s", (text, words) => {
    expect(inCurrency(text, currencies)).toBe(words);
  });
});

describe("said", () => {
  const message = "5000000 USDC (smallest units) came from 0x1; nothing explains it.";

  it("takes a bare number for an amount where the kind is about money", () => {
    expect(said({ kind: "UNEXPLAINED_INFLOW", message }, "5000000", currencies)).toBe("5 USDC");
    expect(said({ kind: "NONCE_GAP", message }, "5000000", currencies)).toBe("5000000");
  });

  it("does not guess between two currencies", () => {
    const both = "USDC and JPYC differ";
    expect(said({ kind: "TREASURY_MISMATCH", message: both }, "7", currencies)).toBe("7");
  });
});

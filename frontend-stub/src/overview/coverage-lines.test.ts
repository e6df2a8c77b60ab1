import { describe, expect, it } from "vitest";
import { coverageLines } from "./coverage-lines";

const coverage = {
  currency: "USDC",
  treasury: { amount: "100.000000", currency: "USDC" },
  due: [
    { date: "2026-11-23T00:00:00Z", becomesPayable: { amount: "0.100000" } },
    { date: "2026-11-25T00:00:00Z", becomesPayable: { amount: "9007199254740993.200000" } },
  ],
  firstShortfall: "2026-11-25T00:00:00Z",
};

describe("coverageLines", () => {
  const { seconds, series, due } = coverageLines(coverage, "2026-11-23T17:00:00Z");

  it("begins today, with what is payable already", () => {
    expect(new Date((seconds[0] ?? 0) * 1000).toISOString()).toBe("2026-11-23T00:00:00.000Z");
    expect(seconds).toHaveLength(60);
  });

  it("adds up exactly what will have become payable", () => {
    expect(series[1]?.texts?.slice(0, 3)).toEqual([
      "0.10 USDC",
      "0.10 USDC",
      "9,007,199,254,740,993.30 USDC",
    ]);
    expect(due).toBe("9007199254740993.300000");
  });
});

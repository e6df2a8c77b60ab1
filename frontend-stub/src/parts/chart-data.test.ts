import { describe, expect, it } from "vitest";
import { axisTimeOf, pointAt, stackedTops, textOf, timeOf } from "./chart-data";

const series = (values: (number | null)[], texts?: string[]) =>
  ({ name: "x", colour: "good", as: "bars", values, ...(texts && { texts }) }) as const;

describe("stackedTops", () => {
  it("adds up from the lowest; a gap adds nothing", () => {
    expect(stackedTops([series([1, 2, 0]), series([4, null, 3]), series([0, 1, 1])])).toEqual([
      [1, 2, 0],
      [5, 2, 3],
      [5, 3, 4],
    ]);
  });

  it("leaves lines where they are", () => {
    const line = { ...series([7, 7]), as: "steps" } as const;
    expect(stackedTops([line, series([1, 2]), line, series([4, 4])])).toEqual([
      [7, 7],
      [1, 2],
      [7, 7],
      [5, 6],
    ]);
  });
});

describe("textOf", () => {
  it("says the exact text, not the position", () => {
    expect(textOf(series([0.3], ["0.300000000000000001 USDC"]), 0)).toBe(
      "0.300000000000000001 USDC",
    );
  });

  it("says counts in groups, and nothing where nothing is known", () => {
    expect([0, 1, 2].map((at) => textOf(series([1234, null]), at))).toEqual(["1,234", "–", "–"]);
  });
});

describe("pointAt", () => {
  it("finds the stretch that a second lies in", () => {
    const minutes = [60, 120, 180];
    expect([0, 60, 119, 120, 500].map((second) => pointAt(minutes, second))).toEqual([
      0, 0, 0, 1, 2,
    ]);
  });
});

describe("timeOf", () => {
  it("is as exact as a point is long, in UTC", () => {
    const second = Date.parse("2026-11-23T10:08:22Z") / 1000;
    expect(
      (["second", "minute", "hour", "day"] as const).map((each) => timeOf(second, each)),
    ).toEqual(["10:08:22", "10:08", "2026-11-23 10:08", "2026-11-23"]);
    expect(axisTimeOf(second, "day")).toBe("11-23");
    expect(axisTimeOf(second, "hour")).toBe("10:08");
  });
});

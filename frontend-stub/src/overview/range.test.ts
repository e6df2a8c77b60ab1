import { describe, expect, it } from "vitest";
import { perSecond, rangeOf, ranges, windowOf } from "./range";

const at = (instant: string) => Date.parse(instant);
const iso = (second: number) => new Date(second * 1000).toISOString();

describe("windowOf", () => {
  it.each([
    ["hour", "2026-11-23T09:09:00.000Z", "2026-11-23T10:09:00.000Z"],
    ["2d", "2026-11-21T11:00:00.000Z", "2026-11-23T11:00:00.000Z"],
    ["30d", "2026-10-25T00:00:00.000Z", "2026-11-24T00:00:00.000Z"],
  ] as const)("%s: whole buckets up to the one that now lies in", (name, from, to) => {
    expect(windowOf(ranges[name], at("2026-11-23T10:08:59.9Z")).map(iso)).toEqual([from, to]);
  });

  it("goes on with the clock: a new bucket comes in, the oldest one goes", () => {
    const before = windowOf(ranges.hour, at("2026-11-23T10:59:59.999Z"));
    const after = windowOf(ranges.hour, at("2026-11-23T11:00:00Z"));
    expect(after).toEqual(before.map((second) => second + 60));
  });

  it("asks for no more points than one answer holds", () => {
    expect(Math.max(...Object.values(ranges).map(({ points }) => points))).toBeLessThanOrEqual(500);
  });
});

describe("rangeOf", () => {
  it.each([
    ["range=2d", "2d"],
    ["range=century", "hour"],
    ["", "hour"],
  ])("%s is %s", (query, name) => {
    expect(rangeOf(new URLSearchParams(query))).toBe(name);
  });
});

describe("perSecond", () => {
  const begins = at("2026-11-23T10:08:00Z") / 1000;

  it("goes by the whole bucket once that is over", () => {
    expect(perSecond(90, begins, "minute", at("2026-11-23T11:00:00Z"))).toBe(1.5);
  });

  it("goes by what is over of the newest one, which would else fall at each beginning", () => {
    expect(perSecond(30, begins, "minute", at("2026-11-23T10:08:20Z"))).toBe(1.5);
    expect(perSecond(1, begins, "minute", at("2026-11-23T10:08:00.1Z"))).toBe(0.1);
  });
});

import { describe, expect, it } from "vitest";
import { absolute, howLong, lasted, later, relative } from "./time";

const now = Date.parse("2026-11-22T10:00:00Z");

describe("relative", () => {
  it.each([
    ["2026-11-22T10:00:01Z", "now"],
    ["2026-11-22T09:59:48Z", "12 s ago"],
    ["2026-11-22T09:57:30Z", "2 min ago"],
    ["2026-11-22T04:00:00Z", "6 h ago"],
    ["2026-10-22T10:00:00Z", "31 d ago"],
    ["2026-11-22T10:00:05Z", "in 5 s"],
    ["2026-12-22T10:00:00Z", "in 30 d"],
    ["2026-12-22T09:59:50Z", "in 30 d"],
  ])("%s is %s", (instant, text) => {
    expect(relative(instant, now)).toBe(text);
  });
});

it("shows an instant to the second, in UTC", () => {
  expect(absolute("2026-11-22T10:08:22.513Z")).toBe("2026-11-22 10:08:22 UTC");
});

it("compares instants to the microsecond, whole seconds too", () => {
  const instants = [
    "2026-11-22T10:08:22Z",
    "2026-11-22T10:08:22.000001Z",
    "2026-11-22T10:08:22.5Z",
    "2026-11-22T10:08:23Z",
  ];
  for (const [index, instant] of instants.entries()) {
    expect(later(instant, instant)).toBe(false);
    for (const before of instants.slice(0, index)) expect(later(instant, before)).toBe(true);
  }
});

it.each([
  [0, "0.00 s"],
  [0.412345, "0.41 s"],
  [0.996, "1.0 s"],
  [9.96, "10 s"],
  [59.4, "59 s"],
  [100, "1 min 40 s"],
  [185, "3 min 5 s"],
  [420, "7 min"],
  [7_490, "2 h 4 min"],
  [86_400, "1 d"],
  [266_400, "3 d 2 h"],
])("%d seconds are %s", (seconds, text) => {
  expect(howLong(seconds)).toBe(text);
});

it("says how long something took", () => {
  const from = "2026-11-22T10:00:00Z";
  expect(lasted(from, "2026-11-22T10:00:00.412345Z")).toBe("0.41 s");
  expect(lasted(from, "2026-11-22T10:03:05Z")).toBe("3 min 5 s");
  expect(lasted("2026-11-22T10:00:01Z", from)).toBe("0.00 s");
});

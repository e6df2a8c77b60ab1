import { expect, it } from "vitest";
import { duration } from "./duration";

it.each([
  ["2026-11-22T10:00:00.364Z", "0.4 s"],
  ["2026-11-22T10:00:09.960Z", "10 s"],
  ["2026-11-22T10:00:59.400Z", "59 s"],
  ["2026-11-22T10:03:05Z", "3 min 5 s"],
  ["2026-11-22T12:04:50Z", "2 h 4 min"],
  ["2026-11-22T09:59:59Z", "0.0 s"],
])("until %s is %s", (end, words) => {
  expect(duration("2026-11-22T10:00:00Z", end)).toBe(words);
});

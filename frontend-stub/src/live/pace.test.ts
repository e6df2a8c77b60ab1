import { expect, it } from "vitest";
import { Pace } from "./pace";

/** When the server is asked, for an event every so many milliseconds. */
function looks(everyMs: number, forMs: number): number[] {
  const pace = new Pace();
  const asked: number[] = [];
  let next: number | null = null;
  for (let now = 0; now < forMs; now += 1) {
    if (now % everyMs === 0) next ??= now + pace.wait(now);
    if (next === null || now < next) continue;
    asked.push(now);
    pace.looked(now);
    next = null;
  }
  return asked;
}

it("asks at once after a quiet time", () => {
  expect(looks(10_000, 30_000)).toEqual([20, 10_020, 20_020]);
});

it("asks once a second in the long run, whatever comes", () => {
  const asked = looks(20, 60_000);
  expect(asked.length).toBeLessThanOrEqual(63);
  const late = asked.slice(5);
  const gaps = late.slice(1).map((at, index) => at - (late[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(950);
});

it("keeps away as long as the server says", () => {
  const pace = new Pace();
  pace.looked(0, 30);
  expect(pace.wait(1_000)).toBe(29_000);
});

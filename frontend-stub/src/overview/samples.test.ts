import { describe, expect, it } from "vitest";
import { none, sampled, seeded, wholeMinutes } from "./samples";

describe("sampled", () => {
  it("keeps the span and drops what is older", () => {
    let samples = none;
    for (let second = 1; second <= 5; second++) samples = sampled(samples, second, second * 10, 3);
    expect(samples).toEqual({ seconds: [3, 4, 5], values: [30, 40, 50] });
  });

  it("keeps one sample a second, the newest", () => {
    const samples = sampled(sampled(none, 7, 1, 60), 7, 2, 60);
    expect(samples).toEqual({ seconds: [7], values: [2] });
  });

  it("leaves a gap where nothing was known, and forgets all after a long sleep", () => {
    const gap = sampled(sampled(none, 1, 5, 60), 2, null, 60);
    expect(gap.values).toEqual([5, null]);
    expect(sampled(gap, 500, 9, 60)).toEqual({ seconds: [500], values: [9] });
  });
});

describe("wholeMinutes", () => {
  const points = [
    { at: "2027-01-01T00:00:00Z", settled: 120 },
    { at: "2027-01-01T00:01:00Z", settled: 60 },
  ];
  const ends = (second: string) => Date.parse(`2027-01-01T00:${second}Z`) / 1000;

  it("are those that were over for the server, and are counted", () => {
    const all = { seconds: [ends("01:00"), ends("02:00")], values: [2, 1] };
    const first = { seconds: [ends("01:00")], values: [2] };
    expect(wholeMinutes(points, "2027-01-01T00:02:04Z", 4_000)).toEqual(all);
    expect(wholeMinutes(points, "2027-01-01T00:02:03Z", 4_000)).toEqual(first);
    expect(wholeMinutes(points, "2027-01-01T00:01:50Z", 4_000)).toEqual(first);
  });
});

describe("seeded", () => {
  const before = { seconds: [100, 160, 220, 280], values: [1, 2, null, 4] };

  it("puts what was known before in front of the first sample, within the span", () => {
    const samples = { seconds: [270, 271], values: [7, 8] };
    expect(seeded(samples, before, 120)).toEqual({
      seconds: [160, 220, 270, 271],
      values: [2, null, 7, 8],
    });
  });

  it("is all there is before the first sample", () => {
    expect(seeded(none, before, 300)).toEqual(before);
    expect(seeded(none, none, 300)).toEqual(none);
  });
});

import type { SeriesBucket } from "../generated/operations";
import { type Each, lengthOf } from "../parts/chart-data";

/** How far back the charts look. */
export type RangeName = "hour" | "2d" | "30d" | "1y";

export interface Range {
  readonly words: string;
  readonly bucket: SeriesBucket;
  readonly each: Each;
  readonly points: number;
  /** How soon the newest point is worth another look. */
  readonly everyMs: number;
}

export const ranges: Record<RangeName, Range> = {
  hour: { words: "1 hour", bucket: "MINUTE", each: "minute", points: 60, everyMs: 5_000 },
  "2d": { words: "2 days", bucket: "HOUR", each: "hour", points: 48, everyMs: 10_000 },
  "30d": { words: "30 days", bucket: "DAY", each: "day", points: 30, everyMs: 10_000 },
  "1y": { words: "1 year", bucket: "DAY", each: "day", points: 365, everyMs: 30_000 },
};

export const rangeNames = Object.keys(ranges) as readonly RangeName[];

/** Of the address; the shortest where it names none. */
export function rangeOf(query: URLSearchParams): RangeName {
  return rangeNames.find((name) => name === query.get("range")) ?? "hour";
}

/** The first second of the oldest point and the last of the newest, which `nowMs` lies in. */
export function windowOf({ each, points }: Range, nowMs: number): readonly [number, number] {
  const length = lengthOf(each);
  const end = (Math.floor(nowMs / 1000 / length) + 1) * length;
  return [end - points * length, end];
}

/** The fewest seconds that a rate is taken over: at the beginning of a bucket nothing is known yet. */
const shortest = 10;

/** Settled per second within one bucket; the newest one is not over yet. */
export function perSecond(settled: number, beginsAt: number, each: Each, nowMs: number): number {
  const elapsed = Math.min(lengthOf(each), nowMs / 1000 - beginsAt);
  return settled / Math.max(shortest, elapsed);
}

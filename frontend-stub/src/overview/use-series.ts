import { useCallback, useMemo } from "react";
import { OverviewSeriesDocument, type OverviewSeriesQuery } from "../generated/operations";
import { useReading } from "../live/reading";
import { useTextAt } from "../values/clock";
import type { Failure } from "../values/failure";
import { type Range, windowOf } from "./range";

type Answer = NonNullable<OverviewSeriesQuery["program"]>;
export type SeriesPoint = NonNullable<Answer["series"]>[number];

export interface Series {
  /** null until the first answer. */
  readonly points: readonly SeriesPoint[] | null;
  readonly currencies: readonly string[];
  /** The first and last second that the charts show. */
  readonly span: readonly [number, number];
  readonly failure: Failure | null;
  readonly again: () => void;
}

/** The program's rollup over a range that moves on with the clock. It counts in real time, also where a test program's is ahead. */
export function useSeries(slug: string, range: Range): Series {
  const end = Number(
    useTextAt(useCallback((nowMs: number) => String(windowOf(range, nowMs)[1]), [range])),
  );
  const [from, to] = windowOf(range, (end - 1) * 1000);
  const variables = { slug, from: instant(from), to: instant(to), bucket: range.bucket };
  const { data, failure, again } = useReading(OverviewSeriesDocument, variables, range.everyMs);
  const program = data?.program;
  const currencies = useMemo(() => program?.currencies.map(({ code }) => code) ?? [], [program]);
  return { points: program?.series ?? null, currencies, span: [from, to], failure, again };
}

function instant(second: number): string {
  return new Date(second * 1000).toISOString();
}

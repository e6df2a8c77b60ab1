/** Values over the last minutes, one a second; null where nothing was known. */
export interface Samples {
  readonly seconds: readonly number[];
  readonly values: readonly (number | null)[];
}

export const none: Samples = { seconds: [], values: [] };

/** Adds one sample and forgets what is older than the span. */
export function sampled(
  { seconds, values }: Samples,
  second: number,
  value: number | null,
  spanSeconds: number,
): Samples {
  if (seconds.at(-1) === second) {
    return { seconds, values: [...values.slice(0, -1), value] };
  }
  const oldest = seconds.findIndex((each) => each > second - spanSeconds);
  const from = oldest < 0 ? seconds.length : oldest;
  return { seconds: [...seconds.slice(from), second], values: [...values.slice(from), value] };
}

/**
 * The rate at the end of each minute that was over by `now`, the server's time of the answer. Not of one that ended within
 * `lagMs`: what it settled may not be counted yet; nor of one that is ahead of it, as this machine's clock may be.
 */
export function wholeMinutes(points: readonly Minute[], now: string, lagMs: number): Samples {
  const last = (Date.parse(now) - lagMs) / 1000;
  const over = points.filter(({ at }) => endOf(at) <= last);
  return {
    seconds: over.map(({ at }) => endOf(at)),
    values: over.map(({ settled }) => settled / minute),
  };
}

interface Minute {
  readonly at: string;
  readonly settled: number;
}

const minute = 60;

function endOf(at: string): number {
  return Date.parse(at) / 1000 + minute;
}

/** Before the first sample, what was known of that time without them. */
export function seeded(samples: Samples, before: Samples, spanSeconds: number): Samples {
  const newest = samples.seconds.at(-1) ?? before.seconds.at(-1) ?? 0;
  const first = samples.seconds[0] ?? newest + 1;
  const fits = (second: number) => second < first && second > newest - spanSeconds;
  const places = [...before.seconds.keys()].filter((place) => fits(before.seconds[place] ?? 0));
  return {
    seconds: [...places.map((place) => before.seconds[place] ?? 0), ...samples.seconds],
    values: [...places.map((place) => before.values[place] ?? null), ...samples.values],
  };
}

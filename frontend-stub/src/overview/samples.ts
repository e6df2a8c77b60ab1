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

/** Thresholds of a lane's balance, in major units as the API says them. */
export interface Thresholds {
  readonly minimum: string;
  readonly low: string;
  readonly high: string;
}

/** Where the thresholds are drawn, in per cent: what is between them is what somebody looks at, not empty space. */
export const marks = { minimum: 15, low: 30, high: 80 } as const;

/** Where a balance is drawn: in proportion between its two thresholds; beyond twice the highest at the end. */
export function placeOf(balance: string, { minimum, low, high }: Thresholds): number {
  const ends = [0, Number(minimum), Number(low), Number(high), 2 * Number(high)];
  const places = [0, marks.minimum, marks.low, marks.high, 100];
  const value = Number(balance);
  const above = ends.findIndex((end) => value < end);
  if (above < 0) return 100;
  if (above === 0) return 0;
  const [from = 0, to = 0] = ends.slice(above - 1);
  const [left = 0, right = 0] = places.slice(above - 1);
  return left + ((value - from) / (to - from)) * (right - left);
}

export interface Verdict {
  readonly tone: "good" | "warn" | "bad";
  readonly words: string;
}

/** What the balance means, and what to do. */
export function verdictOf(balance: string, { minimum, low, high }: Thresholds): Verdict {
  const value = Number(balance);
  if (value < Number(minimum)) return { tone: "bad", words: "Takes no new work: fund it now" };
  if (value < Number(low)) return { tone: "warn", words: "Low: fund it soon" };
  if (value > Number(high)) {
    return { tone: "warn", words: "More than a hot wallet is to hold: move some away" };
  }
  return { tone: "good", words: "Enough" };
}

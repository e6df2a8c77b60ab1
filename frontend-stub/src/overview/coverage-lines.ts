import type { ChartSeries } from "../parts/chart-data";
import { sum } from "../values/exact";
import { groupDigits, withoutPadding } from "../values/money";
import type { Standing } from "./tasks";

export type Coverage = NonNullable<Standing["coverage"]>[number];

export const coverageDays = 60;
const daySeconds = 86_400;

export interface CoverageLines {
  readonly seconds: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly span: readonly [number, number];
  /** Everything that becomes payable within the days. */
  readonly due: string;
}

/** Day by day what will have become payable by then, beside what the treasury has. now: of the program's clock. */
export function coverageLines({ currency, treasury, due }: Coverage, now: string): CoverageLines {
  const today = Math.floor(Date.parse(now) / 1000 / daySeconds) * daySeconds;
  const seconds = Array.from({ length: coverageDays }, (_, day) => today + day * daySeconds);
  const sums = seconds.map((second) => {
    const byThen = due.filter(({ date }) => Date.parse(date) / 1000 <= second);
    return sum(
      byThen.map(({ becomesPayable }) => becomesPayable),
      currency,
    ).amount;
  });
  const text = (amount: string) => `${groupDigits(withoutPadding(amount))} ${currency}`;
  return {
    seconds,
    series: [
      {
        name: "In the treasury now",
        colour: "good",
        as: "line",
        values: seconds.map(() => Number(treasury.amount)),
        texts: seconds.map(() => text(treasury.amount)),
      },
      {
        name: "Payable by then",
        colour: "warn",
        as: "steps",
        values: sums.map(Number),
        texts: sums.map(text),
      },
    ],
    span: [today, today + coverageDays * daySeconds],
    due: sums.at(-1) ?? "0",
  };
}

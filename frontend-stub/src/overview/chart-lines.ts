import type { IntentStatus } from "../generated/operations";
import type { ChartColour, ChartSeries } from "../parts/chart-data";
import { statuses, statusWords } from "../parts/status";
import { groupDigits, type Money, withoutPadding } from "../values/money";
import { significant } from "../values/number";
import { perSecond } from "./range";
import type { Drawn } from "./series-card";
import type { SeriesPoint } from "./use-series";

const colours: Record<IntentStatus, ChartColour> = {
  PENDING: "calm",
  PROCESSING: "warn",
  CONFIRMED: "good",
  FAILED: "bad",
};

/** How many intents came into each status. What ended is stacked; what came in or was begun is a line over it. */
export function statusLines({ points }: Drawn): readonly ChartSeries[] {
  return statuses.map((status) => ({
    name: statusWords[status],
    colour: colours[status],
    as: status === "CONFIRMED" || status === "FAILED" ? "bars" : "steps",
    values: points.map((point) => countOf(point, status)),
  }));
}

function countOf({ intentsByStatus }: SeriesPoint, status: IntentStatus): number {
  return intentsByStatus.find((row) => row.status === status)?.count ?? 0;
}

export function rateLines({ points, each }: Drawn): readonly ChartSeries[] {
  const values = points.map(({ at, settled }) =>
    perSecond(settled, Date.parse(at) / 1000, each, Date.now()),
  );
  return [
    {
      name: "Intents a second",
      colour: "accent",
      as: "steps",
      values,
      texts: values.map(significant),
    },
  ];
}

/** Nothing where nothing settled: no time is not a short one. */
export function timeLines({ points }: Drawn): readonly ChartSeries[] {
  const line = (
    name: string,
    colour: ChartColour,
    read: (point: SeriesPoint) => number | null,
  ): ChartSeries => {
    const values = points.map(read);
    const texts = values.map((value) => (value === null ? "–" : `${significant(value)} s`));
    return { name, colour, as: "line", values, texts };
  };
  return [
    line("Half within (p50)", "calm", (point) => point.p50SettlementSeconds),
    line("95 % within (p95)", "warn", (point) => point.p95SettlementSeconds),
  ];
}

/** Commissions are drawn over the volume that they are a part of. */
export function amountLines({ points, currency }: Drawn): readonly ChartSeries[] {
  const bars = (
    name: string,
    colour: ChartColour,
    read: (point: SeriesPoint) => readonly Money[],
  ): ChartSeries => {
    const amounts = points.map(
      (point) => read(point).find((money) => money.currency === currency)?.amount ?? "0",
    );
    return {
      name,
      colour,
      as: "bars",
      values: amounts.map(Number),
      texts: amounts.map((amount) => `${groupDigits(withoutPadding(amount))} ${currency}`),
    };
  };
  return [
    bars("Volume", "accent", (point) => point.volume),
    bars("Commissions", "warn", (point) => point.commissions),
  ];
}

import { useId, useMemo } from "react";
import { Chart } from "../parts/chart";
import { type ChartSeries, type Each, textOf } from "../parts/chart-data";
import type { SeriesPoint } from "./use-series";

export interface Drawn {
  readonly points: readonly SeriesPoint[];
  readonly each: Each;
  readonly currency: string;
}

interface Props {
  readonly title: string;
  readonly note: string;
  readonly points: readonly SeriesPoint[];
  readonly span: readonly [number, number];
  readonly each: Each;
  readonly currency?: string;
  readonly stacked?: boolean;
  /** A constant outside of the component: nothing is drawn again without a new answer. */
  readonly draw: (drawn: Drawn) => readonly ChartSeries[];
}

export function SeriesCard(props: Props) {
  const { title, note, points, span, each, currency = "", stacked = false, draw } = props;
  const series = useMemo(() => draw({ points, each, currency }), [draw, points, each, currency]);
  const seconds = useMemo(() => points.map(({ at }) => Date.parse(at) / 1000), [points]);
  const heading = useId();
  const newest = series.map((one) => `${one.name} ${textOf(one, points.length - 1)}`).join(", ");
  return (
    <section className="card" aria-labelledby={heading}>
      <h2 id={heading}>
        {title} <span className="muted small-text">{note}</span>
      </h2>
      <Chart
        label={`${title}, ${note}; newest: ${newest}`}
        seconds={seconds}
        series={series}
        each={each}
        span={span}
        stacked={stacked}
      />
    </section>
  );
}

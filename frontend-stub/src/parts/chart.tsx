import { useEffect, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./chart.css";
import type { ChartData, ChartSeries, Each } from "./chart-data";
import { feed, type Hover, openPlot, plotHeight } from "./chart-plot";
import { ChartTable } from "./chart-table";
import { ChartTip } from "./chart-tip";

interface Props {
  /** What the chart shows, for those who cannot see it; say the newest value too. */
  readonly label: string;
  readonly seconds: readonly number[];
  readonly series: readonly ChartSeries[];
  /** The first and last second of the axis. */
  readonly span: readonly [number, number];
  /** What one point stands for. */
  readonly each: Each;
  readonly stacked?: boolean;
}

/** Numbers over time: drawn, with exact values under the pointer, or as a table of the same values. */
export function Chart({ label, seconds, series, span, each, stacked = false }: Props) {
  const [asTable, setAsTable] = useState(false);
  const [first, last] = span;
  const data = useMemo(
    () => ({ seconds, series, span: [first, last] as const, each, stacked }),
    [seconds, series, first, last, each, stacked],
  );
  return (
    <figure className="chart">
      {asTable ? <ChartTable label={label} data={data} /> : <Drawing label={label} data={data} />}
      <figcaption>
        {series.length > 1 && <Legend series={series} />}
        <button type="button" className="quiet small" onClick={() => setAsTable(!asTable)}>
          {asTable ? "Show as chart" : "Show as table"}
          <span className="hidden">: {label}</span>
        </button>
      </figcaption>
    </figure>
  );
}

function Legend({ series }: { series: readonly ChartSeries[] }) {
  return (
    <ul className="chart-legend">
      {series.map(({ name, colour, as }) => (
        <li key={name} className={`${colour} as-${as}`}>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Drawn on a canvas and fed in place: a new sample costs no layout. */
function Drawing({ label, data }: { label: string; data: ChartData }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(data);
  newest.current = data;
  const [hover, setHover] = useState<Hover | null>(null);
  const look = JSON.stringify([
    data.each,
    data.stacked,
    data.series.map(({ name, as, colour }) => [name, as, colour]),
  ]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what a plot looks like is fixed when it is opened
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const scheme = window.matchMedia("(prefers-color-scheme: dark)");
    const draw = () => {
      plot.current?.destroy();
      plot.current = openPlot(element, newest, setHover);
    };
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: plotHeight }),
    );
    draw();
    resized.observe(element);
    scheme.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener("change", draw);
      plot.current?.destroy();
    };
  }, [look]);

  useEffect(() => {
    if (plot.current) feed(plot.current, data);
  }, [data]);

  return (
    <div className="chart-box">
      <div ref={box} role="img" aria-label={label} />
      {hover && <ChartTip data={data} hover={hover} width={box.current?.clientWidth ?? 0} />}
    </div>
  );
}

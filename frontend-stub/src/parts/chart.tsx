import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface Props {
  /** What the chart shows, for those who cannot see it; say the newest value too. */
  readonly label: string;
  readonly kind: "area" | "bars";
  readonly seconds: readonly number[];
  readonly values: readonly (number | null)[];
  /** The first and last second of the axis. */
  readonly span: readonly [number, number];
}

const height = 190;

/** Drawn on a canvas and fed in place: a new sample costs no layout. */
export function Chart({ label, kind, seconds, values, span }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef({ seconds, values, span });
  newest.current = { seconds, values, span };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const scheme = window.matchMedia("(prefers-color-scheme: dark)");
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, kind, newest), [[], []], element);
      feed(plot.current, newest.current);
    };
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height }),
    );
    draw();
    resized.observe(element);
    scheme.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener("change", draw);
      plot.current?.destroy();
    };
  }, [kind]);

  useEffect(() => {
    if (plot.current) feed(plot.current, { seconds, values });
  }, [seconds, values]);

  return <div ref={box} className="chart" role="img" aria-label={label} />;
}

function feed(plot: uPlot, { seconds, values }: Pick<Props, "seconds" | "values">): void {
  plot.setData([seconds.slice(), values.slice()]);
}

function options(
  element: HTMLElement,
  kind: Props["kind"],
  newest: { readonly current: Pick<Props, "span"> },
): uPlot.Options {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    ticks: { show: false },
  };
  const grid = { stroke: colour("--line"), width: 1 };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [12, 30, 0, 0],
    scales: {
      x: { time: true, range: () => [...newest.current.span] },
      y: { range: (_, __, max) => [0, roomAbove(max)] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 70, values: clockTimes },
      { ...axis, grid, size: 44, space: 32 },
    ],
    series: [
      {},
      {
        stroke: colour("--accent"),
        fill: colour(kind === "bars" ? "--accent" : "--accent-veil"),
        width: kind === "bars" ? 0 : 2,
        points: { show: false },
        ...(kind === "bars" &&
          uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.7, 14], align: 1 }) }),
      },
    ],
  };
}

/** Like every other instant on the page, in UTC. */
function clockTimes(_: uPlot, seconds: number[]): string[] {
  const wholeMinutes = seconds.every((second) => second % 60 === 0);
  const end = wholeMinutes ? 16 : 19;
  return seconds.map((second) => new Date(second * 1000).toISOString().slice(11, end));
}

function roomAbove(max: number | null): number {
  return Math.max(1, (max ?? 0) * 1.15);
}

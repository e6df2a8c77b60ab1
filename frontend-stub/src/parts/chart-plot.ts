import uPlot from "uplot";
import {
  axisTimeOf,
  type ChartData,
  type ChartSeries,
  lengthOf,
  pointAt,
  stackedTops,
} from "./chart-data";

export const plotHeight = 190;

/** The point under the pointer, and how far from the left of the box it is, in pixels. */
export interface Hover {
  readonly at: number;
  readonly left: number;
}

/** What changes without a new plot is read from `newest` whenever it is drawn. */
interface Newest {
  readonly current: ChartData;
}

export function openPlot(
  element: HTMLElement,
  newest: Newest,
  hovered: (hover: Hover | null) => void,
): uPlot {
  const plot = new uPlot(options(element, newest, hovered), [[]], element);
  feed(plot, newest.current);
  return plot;
}

/** Stacked series are drawn from the last, the highest, to the first: each covers the lower part of the one before. */
export function feed(plot: uPlot, { seconds, series, span, stacked }: ChartData): void {
  const heights = stacked ? stackedTops(series) : series.map(({ values }) => values);
  const [, end] = span;
  // The newest step has no next one to go to: it goes to the end of the axis.
  const lasting = (seconds.at(-1) ?? end) < end && series.some(({ as }) => as === "steps");
  const drawn = heights.map((each, at) => {
    const last = series[at]?.as === "steps" ? (each.at(-1) ?? null) : null;
    return lasting ? [...each, last] : each.slice();
  });
  const places = lasting ? [...seconds, end] : seconds.slice();
  plot.setData([places, ...inDrawnOrder(drawn, stacked)]);
}

function inDrawnOrder<T>(all: readonly T[], stacked: boolean): readonly T[] {
  return stacked ? all.toReversed() : all;
}

function options(
  element: HTMLElement,
  newest: Newest,
  hovered: (hover: Hover | null) => void,
): uPlot.Options {
  const { series, stacked } = newest.current;
  const colour = coloursOf(element);
  const axis = {
    stroke: colour("muted"),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    ticks: { show: false },
  };
  const stretches = series.some(({ as }) => as === "bars" || as === "steps");
  const counts = series.every(({ texts }) => !texts);
  return {
    width: element.clientWidth,
    height: plotHeight,
    legend: { show: false },
    padding: [12, 16, 0, 0],
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), "Etc/UTC"),
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      ...(stretches && {
        dataIdx: (_: uPlot, __: number, ___: number, second: number) =>
          pointAt(newest.current.seconds, second),
      }),
    },
    scales: {
      x: { time: true, range: () => [...newest.current.span] },
      y: { range: (_, __, max) => [0, roomAbove(max, counts)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        incrs: stepsOf(lengthOf(newest.current.each)),
        values: (_, at) => at.map((second) => axisTimeOf(second, newest.current.each)),
      },
      { ...axis, grid: { stroke: colour("line"), width: 1 }, size: 48, space: 32, values: ticks },
    ],
    series: [{}, ...inDrawnOrder(series, stacked).map((each) => drawn(each, colour, stacked))],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx, left = -1 } = plot.cursor;
          const known = idx !== null && idx !== undefined && left >= 0;
          hovered(known ? { at: idx, left: left + plot.over.offsetLeft } : null);
        },
      ],
    },
  };
}

/** percent: how opaque; 100 when it is not said. */
type Colours = (name: string, percent?: number) => string;

function drawn({ as, colour: name }: ChartSeries, colour: Colours, stacked: boolean): uPlot.Series {
  const paths = {
    bars: uPlot.paths.bars?.({ size: [0.8, 40], align: 1 }),
    steps: uPlot.paths.stepped?.({ align: 1 }),
    area: undefined,
    line: undefined,
  }[as];
  return {
    stroke: colour(name),
    width: as === "bars" ? 0 : 2,
    // A line shows its points where there is room for them, and those without neighbours.
    points: as === "line" ? { size: 6, fill: colour(name) } : { show: false },
    ...(as === "bars" && { fill: colour(name) }),
    // Over a stack a line is a line: its own filling would tint the bars.
    ...((as === "area" || (as === "steps" && !stacked)) && { fill: colour(name, 14) }),
    ...(paths && { paths }),
  };
}

/** A canvas takes no custom property: an element that is asked for its colour does. */
function coloursOf(element: HTMLElement): Colours {
  return (name, percent = 100) => {
    const probe = document.createElement("i");
    probe.style.color = `color-mix(in srgb, var(--${name}) ${percent}%, transparent)`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/** Round stretches of time that are no shorter than a point. */
function stepsOf(shortest: number): number[] {
  const minute = 60;
  const hour = 3_600;
  const day = 86_400;
  const steps = [1, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute]
    .concat([30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour])
    .concat([day, 2 * day, 5 * day, 10 * day, 30 * day]);
  return steps.filter((step) => step >= shortest);
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

function ticks(_: uPlot, values: number[]): string[] {
  return values.map((value) => short.format(value));
}

/** One of something is the least that an axis of counts shows. */
function roomAbove(max: number | null, counts: boolean): number {
  const top = (max ?? 0) * 1.15;
  return counts ? Math.max(1, top) : top || 1;
}

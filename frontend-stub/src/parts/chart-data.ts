/** What a chart shows: positions for the canvas, and the texts that people read. */
export interface ChartSeries {
  readonly name: string;
  readonly colour: ChartColour;
  readonly as: "bars" | "area" | "line" | "steps";
  /** Where the points are drawn; null leaves a gap. Never read as amounts. */
  readonly values: readonly (number | null)[];
  /** What the points say: exact amounts, units. Without them the values are said as counts. */
  readonly texts?: readonly string[];
}

export type ChartColour = "accent" | "calm" | "warn" | "good" | "bad" | "muted";

/** What one point stands for: a moment, or the stretch of time that begins at it. */
export type Each = "second" | "minute" | "hour" | "day";

export interface ChartData {
  readonly seconds: readonly number[];
  readonly series: readonly ChartSeries[];
  /** The first and last second of the axis. */
  readonly span: readonly [number, number];
  readonly each: Each;
  /** Bars of several series on top of each other: the first is the lowest. Lines stay where they are. */
  readonly stacked: boolean;
}

type Heights = readonly (number | null)[];

/** The top edge of each series: of bars, what they and the bars below them come to. */
export function stackedTops(
  series: readonly { readonly as: ChartSeries["as"]; readonly values: Heights }[],
): Heights[] {
  let below: Heights = [];
  return series.map(({ as, values }) => {
    if (as !== "bars") return values;
    below = values.map((value, at) => (value ?? 0) + (below[at] ?? 0));
    return below;
  });
}

/** What a series says at a point. */
export function textOf({ texts, values }: ChartSeries, at: number): string {
  const value = values[at];
  return texts?.[at] ?? (value === null || value === undefined ? "–" : value.toLocaleString("en"));
}

const lengths: Record<Each, number> = { second: 1, minute: 60, hour: 3_600, day: 86_400 };

/** How many seconds one point stands for. */
export function lengthOf(each: Each): number {
  return lengths[each];
}

/** The point whose stretch of time a second lies in; before the first one, the first. */
export function pointAt(seconds: readonly number[], second: number): number {
  const after = seconds.findIndex((each) => each > second);
  return Math.max(0, (after < 0 ? seconds.length : after) - 1);
}

/** Like every other instant on the page, in UTC: "10:08", "2026-11-23". */
export function timeOf(second: number, each: Each): string {
  const [date = "", time = ""] = new Date(second * 1000).toISOString().split("T");
  if (each === "day") return date;
  if (each === "hour") return `${date} ${time.slice(0, 5)}`;
  return time.slice(0, each === "second" ? 8 : 5);
}

/** As short as an axis needs it: days without their year, hours without their day. */
export function axisTimeOf(second: number, each: Each): string {
  if (each === "day") return timeOf(second, each).slice(5);
  return each === "hour" ? timeOf(second, each).slice(11) : timeOf(second, each);
}

import { type ChartData, textOf, timeOf } from "./chart-data";
import type { Hover } from "./chart-plot";

interface Props {
  readonly data: ChartData;
  readonly hover: Hover;
  readonly width: number;
}

/** The exact values at the crosshair, on the side that has room; highest of a stack first. */
export function ChartTip({ data: { seconds, series, each, stacked }, hover, width }: Props) {
  const second = seconds[hover.at];
  if (second === undefined) return null;
  const side = hover.left > width / 2 ? "before" : "after";
  return (
    <div className={`chart-tip ${side}`} style={{ left: hover.left }} aria-hidden="true">
      <p className="muted">{timeOf(second, each)} UTC</p>
      <ul className="chart-legend">
        {(stacked ? series.toReversed() : series).map((one) => (
          <li key={one.name} className={`${one.colour} as-${one.as}`}>
            {one.name} <b>{textOf(one, hover.at)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

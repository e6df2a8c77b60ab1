import { memo } from "react";
import { Failed, Loading } from "../parts/states";
import { amountLines, rateLines, statusLines, timeLines } from "./chart-lines";
import { type RangeName, ranges } from "./range";
import { SeriesCard } from "./series-card";
import { useSeries } from "./use-series";

interface Props {
  readonly slug: string;
  readonly range: RangeName;
}

/** The counters around them change each second; the charts have their own pace. */
export const Charts = memo(function Charts({ slug, range: name }: Props) {
  const range = ranges[name];
  const { each } = range;
  const { points, currencies, span, failure, again } = useSeries(slug, range);
  if (!points && !failure) return <Loading what="the charts" />;
  const shown = { points: points ?? [], span, each };
  return (
    <>
      {failure && <Failed failure={failure} retry={again} />}
      {points && (
        <div className="charts">
          <SeriesCard
            title="Intents by status"
            note={`how many came into each, by ${each}`}
            draw={statusLines}
            stacked
            {...shown}
          />
          <SeriesCard
            title="Settlement rate"
            note={`intents a second, by ${each}`}
            draw={rateLines}
            {...shown}
          />
          <SeriesCard
            title="Settlement time"
            note={`percentiles, by ${each}`}
            draw={timeLines}
            {...shown}
          />
          {currencies.map((currency) => (
            <SeriesCard
              key={currency}
              title="Volume and commissions"
              note={`${currency}, by ${each}`}
              draw={amountLines}
              currency={currency}
              {...shown}
            />
          ))}
        </div>
      )}
    </>
  );
});

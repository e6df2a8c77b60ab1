import { Chart } from "../parts/chart";
import { significant } from "../values/number";
import { useSamples } from "./use-samples";

/** At first the axis is this long, so that the line is seen from the start; then it grows. */
const shortestSpan = 60;

export function LiveRate({ slug, settledPerSecond }: Props) {
  const { seconds, values } = useSamples(slug, settledPerSecond);
  const last = seconds.at(-1) ?? Math.floor(Date.now() / 1000);
  const shownSeconds = Math.max(shortestSpan, last - (seconds[0] ?? last));
  return (
    <section className="card wide-card" aria-labelledby="live-rate">
      <h2 id="live-rate">
        Settled per second <span className="muted small-text">up to five minutes</span>
      </h2>
      <Chart
        label={`Settled per second over the last five minutes, now ${significant(settledPerSecond)}`}
        seconds={seconds}
        series={[{ name: "Settled per second", colour: "accent", as: "area", values }]}
        each="second"
        span={[last - shownSeconds, last]}
      />
    </section>
  );
}

interface Props {
  readonly slug: string;
  readonly settledPerSecond: number;
}

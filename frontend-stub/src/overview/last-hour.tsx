import { useEffect, useState } from "react";
import { useQuery } from "urql";
import { LastHourDocument } from "../generated/operations";
import { Chart } from "../parts/chart";
import { Failed, Loading } from "../parts/states";
import type { ProgramCard } from "../shell/programs";
import { failureOf } from "../values/failure";

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Settled intents of each minute, from the program's rollup. */
export function LastHour({ program }: { program: ProgramCard }) {
  const nowMs = useThisMinute();
  const [from, to] = [nowMs - hourMs, nowMs + minuteMs].map((ms) => new Date(ms).toISOString());
  const [{ data, error }] = useQuery({
    query: LastHourDocument,
    variables: { slug: program.slug, from: from ?? "", to: to ?? "" },
  });
  const points = data?.program?.series ?? [];
  const settled = points.reduce((sum, point) => sum + point.settled, 0);
  return (
    <section className="card wide-card" aria-labelledby="last-hour">
      <h2 id="last-hour">
        Settled per minute <span className="muted small-text">last hour</span>
      </h2>
      {error && <Failed failure={failureOf(error)} />}
      {!data && !error && <Loading what="the last hour" />}
      {data && (
        <Chart
          label={`${settled} intents settled in the last hour, by minute`}
          seconds={points.map(({ at }) => Date.parse(at) / 1000)}
          series={[
            {
              name: "Settled",
              colour: "accent",
              as: "bars",
              values: points.map((point) => point.settled),
            },
          ]}
          each="minute"
          span={[(nowMs - hourMs) / 1000, (nowMs + minuteMs) / 1000]}
        />
      )}
    </section>
  );
}

/** The rollup counts in real time, also where a test program's clock is ahead. */
function useThisMinute(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return Math.floor(nowMs / minuteMs) * minuteMs;
}

import { useId, useMemo } from "react";
import { Amount } from "../parts/amount";
import { Chart } from "../parts/chart";
import { absolute } from "../values/time";
import { type Coverage, coverageDays, coverageLines } from "./coverage-lines";

/** Whether the treasury will have what it is going to owe. */
export function CoverageCard({ coverage, now }: { coverage: Coverage; now: string }) {
  const day = now.slice(0, 10);
  const { seconds, series, span, due } = useMemo(
    () => coverageLines(coverage, day),
    [coverage, day],
  );
  const heading = useId();
  const { currency, treasury, firstShortfall } = coverage;
  const verdict =
    firstShortfall === null
      ? "The treasury covers all that becomes payable"
      : `The treasury is short from ${absolute(firstShortfall).slice(0, 10)} on`;
  return (
    <section className="card" aria-labelledby={heading}>
      <h2 id={heading}>
        Coverage{" "}
        <span className="muted small-text">
          next {coverageDays} days, {currency}
        </span>
      </h2>
      <p className={firstShortfall === null ? "verdict good" : "verdict bad"}>{verdict}</p>
      <p className="muted small-text">
        <Amount money={treasury} /> in the treasury, <Amount money={{ amount: due, currency }} />{" "}
        payable by then
      </p>
      <Chart
        label={`Coverage in ${currency}: ${verdict}`}
        seconds={seconds}
        series={series}
        each="day"
        span={span}
      />
    </section>
  );
}

import { marks, placeOf, type Thresholds, type Verdict } from "./gauge-scale";

interface Props {
  readonly balance: string;
  readonly thresholds: Thresholds;
  readonly verdict: Verdict;
}

/** Where the balance is between too little and too much; the words beside it say the same. */
export function Gauge({ balance, thresholds, verdict }: Props) {
  const place = `${placeOf(balance, thresholds)}%`;
  return (
    <div className="gauge" aria-hidden="true">
      <div className="gauge-track">
        <i className={`gauge-fill ${verdict.tone}`} style={{ width: place }} />
      </div>
      {(["minimum", "low", "high"] as const).map((name) => (
        <span key={name} className="gauge-mark" style={{ left: `${marks[name]}%` }}>
          {Number(thresholds[name])}
        </span>
      ))}
    </div>
  );
}

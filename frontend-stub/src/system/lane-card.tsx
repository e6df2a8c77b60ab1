import { useId } from "react";
import type { LaneStatus, SystemLaneFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { CopyButton, Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { useAccess } from "../shell/access";
import { howLong } from "../values/time";
import { Gauge } from "./gauge";
import { verdictOf } from "./gauge-scale";
import { UnhaltLane } from "./unhalt-lane";
import { laneWords } from "./words";

const looks: Record<LaneStatus, string> = {
  ACTIVE: "confirmed",
  DRAINING: "processing",
  HALTED: "failed",
};

/** One relayer's key: whether it works, what it can still pay for, and what it has under way. */
export function LaneCard({ lane }: { lane: SystemLaneFragment }) {
  const { operator } = useAccess();
  const heading = useId();
  const { balance, minimumBalance, lowBalance, highBalance } = lane;
  const thresholds = {
    minimum: minimumBalance.amount,
    low: lowBalance.amount,
    high: highBalance.amount,
  };
  const verdict = verdictOf(balance.amount, thresholds);
  return (
    <section className="card lane" aria-labelledby={heading}>
      <div className="lane-title">
        <h2 id={heading}>
          Relayer <Hash value={lane.relayer} />
        </h2>
        <CopyButton value={lane.relayer} what={`the relayer's address ${lane.relayer}`} />
        <span className={`status ${looks[lane.status]}`}>{laneWords[lane.status]}</span>
      </div>
      {lane.status === "HALTED" && (
        <div className="notice bad">
          <p>
            <strong>Halted</strong> {lane.haltedAt && <Instant at={lane.haltedAt} />}:{" "}
            {lane.haltReason ?? "no reason was given"}. Other lanes of the chain go on.
          </p>
          {operator && <UnhaltLane lane={lane} />}
        </div>
      )}
      <p>
        <Amount money={balance} />{" "}
        <span className={`verdict ${verdict.tone}`}>{verdict.words}</span>
      </p>
      <Gauge balance={balance.amount} thresholds={thresholds} verdict={verdict} />
      <dl className="lane-facts">
        <Fact name="Chain" text={lane.chainId} />
        <Fact name="Under way" text={lane.inFlight.toLocaleString("en")} />
        <Fact
          name="Oldest under way"
          text={lane.oldestPendingSeconds === null ? "–" : howLong(lane.oldestPendingSeconds)}
        />
        <Fact name="Next nonce" text={lane.nextNonce} />
      </dl>
    </section>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd className="amount">{text}</dd>
    </div>
  );
}

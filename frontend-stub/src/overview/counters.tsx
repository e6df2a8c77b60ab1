import type { ReactNode } from "react";
import type { DashboardSubscription } from "../generated/operations";
import { Amount } from "../parts/amount";
import { significant } from "../values/number";

export type Dashboard = DashboardSubscription["programDashboard"];

export function Counters({ dashboard }: { dashboard: Dashboard }) {
  const { p95SettlementSeconds: p95, queueDepth, volumeToday, settledPerSecond } = dashboard;
  return (
    <dl className="counters">
      <Counter name="Settled per second">{significant(settledPerSecond)}</Counter>
      <Counter name="Settlement time, 95th percentile">
        {p95 === null ? <span className="muted">–</span> : <>{significant(p95)} s</>}
      </Counter>
      <Counter name="Waiting in the queue">{queueDepth.toLocaleString("en")}</Counter>
      <Counter name="Volume today">
        {volumeToday.length === 0 && <span className="muted">–</span>}
        {volumeToday.map((money) => (
          <span key={money.currency} className="volume">
            <Amount money={money} />
          </span>
        ))}
      </Counter>
    </dl>
  );
}

function Counter({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="card counter">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

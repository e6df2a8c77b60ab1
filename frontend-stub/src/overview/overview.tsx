import { DashboardDocument, OverviewStandingDocument } from "../generated/operations";
import { useReading } from "../live/reading";
import { useStream } from "../live/stream";
import { PageTitle } from "../parts/page-title";
import { Failed, Loading } from "../parts/states";
import type { SectionProps } from "../shell/sections";
import { BalancesCard } from "./balances-card";
import { Charts } from "./charts";
import { Counters } from "./counters";
import { CoverageCard } from "./coverage-card";
import { Health } from "./health";
import { LiveRate } from "./live-rate";
import { NeedsPerson } from "./needs-person";
import { rangeOf } from "./range";
import { RangeChoice } from "./range-choice";
import { StatusBar } from "./status-bar";
import { useLanes } from "./use-lanes";

/** What no subscription of the API tells: what is stuck, covered and reconciled. */
const standingMs = 5_000;

/** #/p/<slug>?range=…: numbers that move by themselves. */
export default function Overview({ program: { id, slug }, query }: SectionProps) {
  const counters = useStream(DashboardDocument, { programId: id });
  const known = useReading(OverviewStandingDocument, { slug }, standingMs);
  const { lanes, ...lanesRead } = useLanes();
  const dashboard = counters.data?.programDashboard;
  const standing = known.data?.program;
  const range = rangeOf(query);
  return (
    <>
      <PageTitle title="Overview" />
      {counters.failure && <Failed failure={counters.failure} retry={counters.again} />}
      {lanesRead.failure && <Failed failure={lanesRead.failure} retry={lanesRead.again} />}
      {known.failure && <Failed failure={known.failure} retry={known.again} />}
      {!dashboard && !counters.failure && (
        <div className="overview-room">
          <Loading what="the counters" />
        </div>
      )}
      {dashboard && (
        <div className="overview">
          <Counters dashboard={dashboard} />
          <NeedsPerson seen={standing && { slug, dashboard, standing, lanes }} />
          <Health slug={slug} dashboard={dashboard} standing={standing} />
          <LiveRate slug={slug} settledPerSecond={dashboard.settledPerSecond} />
          <StatusBar slug={slug} counts={dashboard.intentsByStatus} />
        </div>
      )}
      <RangeChoice range={range} />
      <Charts key={range} slug={slug} range={range} />
      {standing && (
        <div className="charts">
          {standing.coverage?.map((coverage) => (
            <CoverageCard key={coverage.currency} coverage={coverage} now={standing.now} />
          ))}
          {standing.balances?.map((balance) => (
            <BalancesCard key={balance.currency} balance={balance} />
          ))}
        </div>
      )}
    </>
  );
}

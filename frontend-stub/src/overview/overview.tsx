import { useSubscription } from "urql";
import { DashboardDocument } from "../generated/operations";
import { PageTitle } from "../parts/page-title";
import { Failed, Loading } from "../parts/states";
import type { SectionProps } from "../shell/sections";
import { failureOf } from "../values/failure";
import { Counters } from "./counters";
import { Health } from "./health";
import { LastHour } from "./last-hour";
import { LiveRate } from "./live-rate";
import { StatusBar } from "./status-bar";

export default function Overview({ program }: SectionProps) {
  const [{ data, error }, again] = useSubscription({
    query: DashboardDocument,
    variables: { programId: program.id },
  });
  const dashboard = data?.programDashboard;
  return (
    <>
      <PageTitle title="Overview" />
      {error && <Failed failure={failureOf(error)} retry={again} />}
      {!dashboard && !error && <Loading what="the counters" />}
      {dashboard && (
        <div className="overview">
          <Counters dashboard={dashboard} />
          <LiveRate settledPerSecond={dashboard.settledPerSecond} />
          <StatusBar slug={program.slug} counts={dashboard.intentsByStatus} />
          <LastHour program={program} />
          <Health dashboard={dashboard} program={program} />
        </div>
      )}
    </>
  );
}

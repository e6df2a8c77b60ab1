import { SystemLiveDocument } from "../generated/operations";
import { useStream } from "../live/stream";
import { Instant } from "../parts/instant";
import { Empty, Failed, Loading } from "../parts/states";
import { ComponentsCard } from "./components-card";
import { HealthMark } from "./health-mark";
import { LaneCard } from "./lane-card";
import { QueuesCard } from "./queues-card";
import { grouped } from "./words";
import { WorkersCard } from "./workers-card";
import "./system.css";

/** The platform's parts, as they are now; the server looks again every two seconds. */
export function Parts() {
  const { data, failure, again } = useStream(SystemLiveDocument, {});
  const status = data?.systemStatus;
  return (
    <>
      {failure && <Failed failure={failure} retry={again} />}
      {!status && !failure && <Loading what="the platform's parts" />}
      {status && (
        <>
          <p className="system-health">
            <HealthMark health={status.health} />
            <span className="muted">
              all parts together, looked at <Instant at={status.checkedAt} />
            </span>
          </p>
          {status.lanes.length === 0 && (
            <Empty title="No relayer lane is known">
              <p>
                Nothing is sent to a chain until a worker starts that has a relayer's key (
                <code>SGE_RELAYER_KEYS</code>).
              </p>
            </Empty>
          )}
          <div className="system-cards lanes">
            {status.lanes.map((lane) => (
              <LaneCard key={lane.id} lane={lane} />
            ))}
          </div>
          <div className="system-cards">
            <QueuesCard queues={status.queues} />
            <WorkersCard workers={status.workers} />
            {grouped(status.components).map((group) => (
              <ComponentsCard key={group.title} group={group} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

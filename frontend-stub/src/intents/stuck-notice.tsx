import { Instant } from "../parts/instant";
import type { Detail } from "./intent-page";

export function StuckNotice({ stuck }: { stuck: NonNullable<Detail["stuck"]> }) {
  return (
    <div className="notice warn">
      <p>
        <strong>Waiting for {stuck.waitingFor}</strong> since <Instant at={stuck.since} />. Next:{" "}
        {stuck.nextStep}
        {stuck.nextAttemptAt && (
          <>
            {" "}
            (<Instant at={stuck.nextAttemptAt} />)
          </>
        )}
        .
      </p>
    </div>
  );
}

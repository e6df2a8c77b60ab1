import { FullInstant, Instant } from "../parts/instant";
import { programHref } from "../routing";
import type { Detail } from "./detail";

/** What an intent that stands still waits for, and what happens next. */
export function Obstacle({ slug, stuck }: { slug: string; stuck: NonNullable<Detail["stuck"]> }) {
  return (
    <div className="notice warn">
      <div>
        <p>
          <strong role="status">It stands still</strong> since <Instant at={stuck.since} />.{" "}
          {stuck.waitingFor}
        </p>
        <p>{stuck.nextStep}</p>
        {stuck.nextAttemptAt && (
          <p className="muted">
            Next try <FullInstant at={stuck.nextAttemptAt} />.
          </p>
        )}
        <p className="muted">
          <a href={programHref(slug, "intents", { stuck: "yes" })}>All that wait too long</a>
        </p>
      </div>
    </div>
  );
}

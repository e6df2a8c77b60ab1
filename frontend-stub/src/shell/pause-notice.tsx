import type { ProgramCardFragment } from "../generated/operations";
import { Instant } from "../parts/instant";

export function PauseNotice({ pause }: { pause: NonNullable<ProgramCardFragment["pause"]> }) {
  return (
    <div className="notice warn" role="status">
      <p>
        <strong>Paused</strong> <Instant at={pause.since} /> by {pause.by}: {pause.reason}. Intents
        are accepted and wait; nothing new is signed.
      </p>
    </div>
  );
}

import type { ProgramCardFragment } from "../generated/operations";
import { Actor } from "../parts/actor";
import { Instant } from "../parts/instant";

export function PauseNotice({ pause }: { pause: NonNullable<ProgramCardFragment["pause"]> }) {
  return (
    <div className="notice warn">
      <p>
        <strong role="status">Paused</strong> <Instant at={pause.since} /> by{" "}
        <Actor actor={pause.by} />: <span className="break">{pause.reason}</span>. Intents are
        accepted and wait; nothing new is signed.
      </p>
    </div>
  );
}

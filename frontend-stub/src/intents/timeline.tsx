import { FullInstant } from "../parts/instant";
import { StatusMark, stageWords } from "../parts/status";
import type { Detail } from "./detail";

/** Every change with its cause, oldest first. */
export function Timeline({ transitions }: { transitions: Detail["timeline"] }) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <ol className="timeline card">
        {transitions.map((transition, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the timeline only grows at its end
          <li key={index} className={transition.to.toLowerCase()}>
            <p>
              <StatusMark status={transition.to} />{" "}
              <span className="muted">{stageWords[transition.stage]}</span>
            </p>
            <p className="small-text">
              <FullInstant at={transition.at} /> · <span className="break">{transition.actor}</span>
            </p>
            {transition.reason && <p className="reason">{transition.reason}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

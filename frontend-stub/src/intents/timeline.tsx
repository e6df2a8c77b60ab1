import { Actor } from "../parts/actor";
import { FullInstant } from "../parts/instant";
import { StatusMark, stageWords } from "../parts/status";
import { lasted } from "../values/time";
import type { Detail } from "./detail";

/** Every change with its cause, oldest first, and how long it took to come. */
export function Timeline({ transitions }: { transitions: Detail["timeline"] }) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <ol className="timeline card">
        {transitions.map((transition, index) => {
          const before = transitions[index - 1];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the timeline only grows at its end
            <li key={index} className={transition.to.toLowerCase()}>
              <p>
                <StatusMark status={transition.to} />{" "}
                <span className="muted">{stageWords[transition.stage]}</span>
                {before && (
                  <span className="muted small-text">
                    {" "}
                    after {lasted(before.at, transition.at)}
                  </span>
                )}
              </p>
              <p className="small-text">
                <FullInstant at={transition.at} /> · <Actor actor={transition.actor} />
              </p>
              {transition.reason && <p className="reason">{transition.reason}</p>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

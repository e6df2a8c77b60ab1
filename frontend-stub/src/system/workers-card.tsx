import type { WorkerState } from "../generated/operations";
import { Instant } from "../parts/instant";
import { codeWords } from "../parts/status";
import { nameOf, type System, workerWords } from "./words";

const looks: Record<WorkerState, string> = {
  IDLE: "pending",
  BUSY: "confirmed",
  STOPPING: "processing",
  LOST: "failed",
};

/** Who works, on what, and when it was last heard. */
export function WorkersCard({ workers }: { workers: System["workers"] }) {
  return (
    <section className="card" aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      {workers.length === 0 ? (
        <p className="muted">
          None is known: nothing is settled, posted or paid until one starts (
          <code>sge worker</code>
          ).
        </p>
      ) : (
        <ul className="parts">
          {workers.map(({ name, state, queues, lastHeartbeatAt, currentJob }) => (
            <li key={name}>
              <code className="break">{name}</code>
              <span className={`status ${looks[state]}`}>{workerWords[state]}</span>
              <span className="second break">
                {currentJob ? `${codeWords(currentJob)} · ` : ""}heard{" "}
                <Instant at={lastHeartbeatAt} /> · {queues.map(nameOf).join(", ")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

import { Instant } from "../parts/instant";
import type { Batch, Situation } from "./use-batch";
import { waitWords } from "./words";

/** Why it is not paid yet, and why it will not be. */
export function Obstacles({ batch, situation }: Props) {
  const blockers = situation?.blockers ?? [];
  return (
    <>
      {batch.failure && (
        <div className="notice bad">
          <p>
            <strong>{batch.status === "REJECTED" ? "Rejected" : "It was given up"}:</strong>{" "}
            {batch.failure}
          </p>
        </div>
      )}
      {blockers.length > 0 && (
        <section className="notice calm" aria-label="What it waits for">
          <ul>
            {blockers.map(({ code, message, until }) => (
              <li key={code + message}>
                <strong>{waitWords(code, batch.status)}.</strong> {message}
                {until && (
                  <>
                    {" "}
                    (<Instant at={until} programTime />)
                  </>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface Props {
  readonly batch: Batch;
  readonly situation: Situation | undefined;
}

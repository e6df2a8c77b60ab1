import { Instant } from "../parts/instant";
import { codeWords } from "../parts/status";
import type { Batch, Situation } from "./use-batch";

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
                <strong>{codeWords(code)}.</strong> {message}
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

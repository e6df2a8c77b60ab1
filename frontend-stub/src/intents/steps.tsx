import type { IntentStage } from "../generated/operations";
import { stageWords } from "../parts/status";
import type { Detail } from "./detail";

const stages: readonly IntentStage[] = ["QUEUED", "SIGNED", "BROADCAST", "MINED", "FINAL"];

/** How far the intent came. A failed one stops where it was. */
export function Steps({ intent }: { intent: Detail }) {
  const reached = stages.indexOf(intent.stage);
  const over = intent.status === "CONFIRMED" || intent.status === "FAILED";
  return (
    <ol className={`steps ${intent.status.toLowerCase()}`} aria-label="Stages">
      {stages.map((stage, index) => (
        <li
          key={stage}
          className={index < reached || intent.status === "CONFIRMED" ? "done" : ""}
          aria-current={index === reached && !over ? "step" : undefined}
          data-last={index === reached || undefined}
        >
          <span>{stageWords[stage]}</span>
          {stage === "MINED" && <Confirmations intent={intent} />}
        </li>
      ))}
    </ol>
  );
}

function Confirmations({ intent }: { intent: Detail }) {
  if (intent.stage !== "MINED" || intent.confirmations === null) return null;
  return (
    <span className="muted small-text">
      {intent.confirmations} of {intent.requiredConfirmations ?? "?"} confirmations
    </span>
  );
}

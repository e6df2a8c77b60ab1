import type { ReconciliationStatus, Severity } from "../generated/operations";
import { runLooks, runWords, severityLooks, severityWords } from "./words";

/** Told apart by shape and word, not by colour alone. */
export function SeverityMark({ severity }: { severity: Severity }) {
  return <span className={`status ${severityLooks[severity]}`}>{severityWords[severity]}</span>;
}

export function RunMark({ status }: { status: ReconciliationStatus }) {
  return <span className={`status ${runLooks[status]}`}>{runWords[status]}</span>;
}

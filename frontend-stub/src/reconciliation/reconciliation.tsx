import type { SectionProps } from "../shell/sections";
import { DiscrepanciesPage } from "./discrepancies-page";
import { DiscrepancyPage } from "./discrepancy-page";
import { RunPage } from "./run-page";
import { RunsPage } from "./runs-page";
import "./reconciliation.css";

/** #/p/<slug>/reconciliation, …/discrepancies/<id>, …/runs, …/runs/<id>. */
export default function Reconciliation({ program, rest: [view, id], query }: SectionProps) {
  if (view === "runs") {
    if (id === undefined) return <RunsPage program={program} />;
    return <RunPage key={id} program={program} id={id} />;
  }
  if (view === "discrepancies" && id !== undefined) {
    return <DiscrepancyPage key={id} program={program} id={id} />;
  }
  return <DiscrepanciesPage program={program} query={query} />;
}

import type { ReactNode } from "react";
import { codeWords } from "../parts/status";
import { programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import type { Dashboard } from "./counters";

interface Props {
  readonly dashboard: Dashboard;
  readonly program: ProgramCard;
}

/** What is well, and what needs a person. */
export function Health({ dashboard, program }: Props) {
  const { ledgerBalanced, intentsByStatus, openDiscrepancies } = dashboard;
  const failed = intentsByStatus.find(({ status }) => status === "FAILED")?.count ?? 0;
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">Health</h2>
      <ul className="health">
        <Check good={ledgerBalanced}>
          {ledgerBalanced ? "Ledger balances: debits equal credits" : "Ledger does not balance"}
        </Check>
        <Check good={openDiscrepancies === 0}>
          {openDiscrepancies === 0 ? "No open" : openDiscrepancies.toLocaleString("en")}{" "}
          {openDiscrepancies === 1 ? "discrepancy" : "discrepancies"}
        </Check>
        <Check good={program.status === "ACTIVE"}>
          Program is {codeWords(program.status).toLowerCase()}
        </Check>
        <Check good={failed === 0}>
          {failed === 0 ? (
            "No intent failed"
          ) : (
            <a href={programHref(program.slug, "intents", { status: ["FAILED"] })}>
              {failed.toLocaleString("en")} failed {failed === 1 ? "intent" : "intents"}
            </a>
          )}
        </Check>
      </ul>
    </section>
  );
}

function Check({ good, children }: { good: boolean; children: ReactNode }) {
  return (
    <li className={good ? "good" : "bad"}>
      <span className="hidden">{good ? "Well:" : "Needs attention:"}</span>
      <span>{children}</span>
    </li>
  );
}

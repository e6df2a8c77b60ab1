import type { ReactNode } from "react";
import { Instant } from "../parts/instant";
import { codeWords } from "../parts/status";
import { programHref, runHref } from "../routing";
import type { Dashboard } from "./counters";
import type { Standing } from "./tasks";

interface Props {
  readonly slug: string;
  readonly dashboard: Dashboard;
  readonly standing: Standing | null | undefined;
}

/** What is well and what is not, in four lines; two of them once the standing is known. */
export function Health({ slug, dashboard, standing }: Props) {
  const { ledgerBalanced, openDiscrepancies } = dashboard;
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">Health</h2>
      <ul className="health">
        <Check good={ledgerBalanced}>
          {ledgerBalanced ? "Ledger balances: debits equal credits" : "Ledger does not balance"}
        </Check>
        <Check good={openDiscrepancies === 0}>
          <a href={programHref(slug, "reconciliation")}>
            {openDiscrepancies === 0 ? "No open" : openDiscrepancies.toLocaleString("en")}{" "}
            {openDiscrepancies === 1 ? "discrepancy" : "discrepancies"}
          </a>
        </Check>
        {standing && (
          <>
            <LastRun slug={slug} standing={standing} />
            <Check good={standing.status === "ACTIVE"}>
              Program is {codeWords(standing.status).toLowerCase()}
            </Check>
          </>
        )}
      </ul>
    </section>
  );
}

/** When everything was last compared and agreed. */
function LastRun({ slug, standing }: { slug: string; standing: Standing }) {
  const runs = (standing.reconciliationRuns?.nodes ?? []).filter(({ finishedAt }) => finishedAt);
  const clean = runs.find(({ status }) => status === "CLEAN");
  if (runs.length === 0) return <Check good={null}>Not reconciled yet</Check>;
  if (!clean?.finishedAt) return <Check good={false}>No clean reconciliation of late</Check>;
  return (
    <Check good={clean === runs[0]}>
      <a href={runHref(slug, clean.id)}>Last clean reconciliation</a>{" "}
      <Instant at={clean.finishedAt} />
    </Check>
  );
}

/** good: null while nobody knows. */
function Check({ good, children }: { good: boolean | null; children: ReactNode }) {
  const looks = good === null ? "unknown" : good ? "good" : "bad";
  return (
    <li className={looks}>
      <span className="hidden">{markWords[looks]}</span>
      <span>{children}</span>
    </li>
  );
}

const markWords = { good: "Well:", bad: "Needs attention:", unknown: "Not known:" };

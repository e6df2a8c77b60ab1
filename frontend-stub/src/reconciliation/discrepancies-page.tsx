import {
  type ReconciledDiscrepancyFragment,
  ReconciliationDiscrepanciesDocument,
  type ReconciliationDiscrepanciesQuery,
} from "../generated/operations";
import { useCurrencies } from "../live/currencies";
import { type Source, usePages } from "../live/pages";
import { Choice } from "../parts/choice";
import { ExportButton } from "../parts/export-button";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { Views } from "../parts/views";
import { changeQuery, named, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { DiscrepancyTable } from "./discrepancy-table";
import { RunNow } from "./run-now";
import { reconciliationViews, severities, severityWords } from "./words";

const discrepancies: Source<ReconciliationDiscrepanciesQuery, ReconciledDiscrepancyFragment> = {
  pick: (data) => data.program?.discrepancies,
  live: { types: ["DISCREPANCY"], at: (data) => data.program },
};

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

/** What is to be explained; with ?explained=yes what was. */
export function DiscrepanciesPage({ program, query }: Props) {
  const { slug } = program;
  const severity = named(query, "severity", severities);
  const open = query.get("explained") !== "yes";
  const filter = { open, severity: severity.length > 0 ? [...severity] : null };
  const pages = usePages(ReconciliationDiscrepanciesDocument, { slug, ...filter }, discrepancies);
  const currencies = useCurrencies(slug);
  return (
    <>
      <PageTitle title="Reconciliation">
        {pages.rows?.length ? <Total total={pages.total} filtered={severity.length > 0} /> : null}
        <ExportButton programId={program.id} kind="DISCREPANCIES" filter={filter} />
        <span className="actions">
          <RunNow program={program} />
        </span>
      </PageTitle>
      <Views
        slug={slug}
        label="Reconciliation"
        views={reconciliationViews}
        shown="reconciliation"
      />
      <div className="filters">
        <label className="field">
          Show{" "}
          <select
            value={open ? "" : "yes"}
            onChange={(event) => changeQuery({ explained: event.target.value })}
          >
            <option value="">open ones</option>
            <option value="yes">explained ones</option>
          </select>
        </label>
        <Choice
          legend="Severity"
          options={severities}
          chosen={severity}
          words={severityWords}
          choose={(next) => changeQuery({ severity: next })}
        />
      </div>
      <PagedRows
        pages={pages}
        what="discrepancies"
        none={noneWords(slug, open, severity.length > 0)}
      >
        {(rows) => (
          <DiscrepancyTable
            slug={slug}
            label={`${open ? "Open" : "Explained"} discrepancies, newest first`}
            rows={rows}
            currencies={currencies}
          />
        )}
      </PagedRows>
    </>
  );
}

function noneWords(slug: string, open: boolean, filtered: boolean) {
  if (filtered) {
    return {
      title: "No discrepancy matches",
      children: (
        <p>
          <a href={programHref(slug, "reconciliation", open ? {} : { explained: "yes" })}>
            Show all severities
          </a>
        </p>
      ),
    };
  }
  if (!open) return { title: "Nothing was ever explained", children: <p>There was no need.</p> };
  return {
    title: "Nothing is open: all records agree",
    children: (
      <p>
        They are compared each day.{" "}
        <a href={programHref(slug, "reconciliation/runs")}>See what was compared</a>
      </p>
    ),
  };
}

import { ReconciliationRunsDocument, type ReconciliationRunsQuery } from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { Views } from "../parts/views";
import { runHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { lasted } from "../values/time";
import { RunMark } from "./mark";
import { RunNow } from "./run-now";
import { reconciliationViews } from "./words";

type Row = NonNullable<
  NonNullable<ReconciliationRunsQuery["program"]>["reconciliationRuns"]
>["nodes"][number];

const runs: Source<ReconciliationRunsQuery, Row> = {
  pick: (data) => data.program?.reconciliationRuns,
  live: { types: ["RECONCILIATION"], at: (data) => data.program },
};

export function RunsPage({ program }: { program: ProgramCard }) {
  const pages = usePages(ReconciliationRunsDocument, { slug: program.slug }, runs);
  return (
    <>
      <PageTitle title="Reconciliation">
        <Total total={pages.total} />
        <span className="actions">
          <RunNow program={program} />
        </span>
      </PageTitle>
      <Views
        slug={program.slug}
        label="Reconciliation"
        views={reconciliationViews}
        shown="reconciliation/runs"
      />
      <PagedRows
        pages={pages}
        what="runs"
        none={{
          title: "No run yet",
          children: <p>There is one each day at 02:00 UTC; an admin can run one at any time.</p>,
        }}
      >
        {(rows) => <RunTable slug={program.slug} rows={rows} />}
      </PagedRows>
    </>
  );
}

function RunTable({ slug, rows }: { slug: string; rows: readonly Row[] }) {
  return (
    <table className="intents">
      <caption className="hidden">Runs, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Outcome</th>
          <th scope="col" className="right wide">
            Block
          </th>
          <th scope="col" className="right wide">
            Checks passed
          </th>
          <th scope="col" className="right">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <a className="cover" href={runHref(slug, row.id)}>
                <Instant at={row.startedAt} />
              </a>
            </th>
            <td>
              <span key={row.status} className="changed">
                <RunMark status={row.status} />
              </span>
              <Found count={row.discrepancies.totalCount} />
            </td>
            <td className="right wide">{row.blockNumber ?? "–"}</td>
            <td className="right wide">
              {row.checks.filter(({ passed }) => passed).length} of {row.checks.length}
            </td>
            <td className="right">
              {row.finishedAt ? lasted(row.startedAt, row.finishedAt) : "–"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Found({ count: { value, exact } }: { count: Row["discrepancies"]["totalCount"] }) {
  if (value === 0) return null;
  return (
    <span className="second">
      {exact ? "" : "over "}
      {value.toLocaleString("en")} {value === 1 ? "discrepancy" : "discrepancies"}
    </span>
  );
}

import {
  PayoutsBatchesDocument,
  type PayoutsBatchesQuery,
  type PayoutsBatchRowFragment,
} from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { useWhileVisible } from "../live/while-visible";
import { Choice } from "../parts/choice";
import { ExportButton } from "../parts/export-button";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { changeQuery, named, programHref } from "../routing";
import { useMay } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { BatchTable } from "./batch-table";
import { NewBatch } from "./new-batch";
import { Withdraw } from "./withdraw";
import { batchStatuses, batchWords } from "./words";

/** Owners see the batches, not the program's events. */
const polled: Source<PayoutsBatchesQuery, PayoutsBatchRowFragment> = {
  pick: (data) => data.program?.payoutBatches,
};
const live: typeof polled = {
  ...polled,
  live: { types: ["PAYOUT_BATCH"], at: (data) => data.program },
};
const pollMs = 10_000;

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

export function BatchesPage({ program, query }: Props) {
  const status = named(query, "status", batchStatuses);
  const reads = useMay("READ");
  const manages = useMay("MANAGE_PAYOUTS");
  const variables = { slug: program.slug, status: status.length > 0 ? [...status] : null };
  const pages = usePages(PayoutsBatchesDocument, variables, reads ? live : polled);
  useWhileVisible(reads ? null : pages.refresh, pollMs);
  const filtered = status.length > 0;
  return (
    <>
      <PageTitle title="Payouts">
        <Total total={pages.total} filtered={filtered} />
        <span className="actions payout-actions">
          {manages && <NewBatch program={program} />}
          {manages && <Withdraw program={program} />}
          <ExportButton programId={program.id} kind="PAYOUTS" filter={filtered ? { status } : {}} />
        </span>
      </PageTitle>
      <div className="filters">
        <Choice
          legend="Status"
          options={batchStatuses}
          chosen={status}
          words={batchWords}
          choose={(next) => changeQuery({ status: next })}
        />
      </div>
      <PagedRows
        pages={pages}
        what="payout batches"
        none={{
          title: filtered ? "No batch matches" : "No payout batch yet",
          children: filtered ? (
            <p>
              <a href={programHref(program.slug, "payouts")}>Show all batches</a>
            </p>
          ) : (
            <p>One is made each day of what is due by then; an admin can make one at any time.</p>
          ),
        }}
      >
        {(rows) => <BatchTable slug={program.slug} rows={rows} />}
      </PagedRows>
    </>
  );
}

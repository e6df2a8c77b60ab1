import { useEffect } from "react";
import {
  type AffiliatePayoutFragment,
  AffiliatePayoutsDocument,
  type AffiliatePayoutsQuery,
} from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { Amount } from "../parts/amount";
import { ExportButton } from "../parts/export-button";
import { CopyButton, Hash } from "../parts/hash";
import { PagedRows, Total } from "../parts/paged-rows";
import { Mark } from "../payouts/status-mark";
import { payoutWords } from "../payouts/words";
import { batchHref } from "../routing";
import type { ProgramCard } from "../shell/programs";

const source: Source<AffiliatePayoutsQuery, AffiliatePayoutFragment> = {
  pick: (data) => data.affiliate?.payouts,
};

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
  /** Another value: earnings have changed. */
  readonly news: unknown;
}

/** What was sent to the affiliate, and what is to be. */
export function PayoutsView({ program, id, news }: Props) {
  const pages = usePages(AffiliatePayoutsDocument, { id }, source);
  const { refresh } = pages;
  useEffect(() => {
    if (news) refresh();
  }, [news, refresh]);
  return (
    <section aria-labelledby="payouts">
      <div className="section-title">
        <h2 id="payouts">Payouts</h2>
        <Total total={pages.total} />
        <ExportButton programId={program.id} kind="PAYOUTS" filter={{ affiliateId: id }} />
      </div>
      <PagedRows
        pages={pages}
        what="payouts"
        none={{
          title: "Nothing was paid yet",
          children: <p>What is payable goes into the next batch; Commissions says what waits.</p>,
        }}
      >
        {(rows) => <PayoutTable slug={program.slug} rows={rows} />}
      </PagedRows>
    </section>
  );
}

interface TableProps {
  readonly slug: string;
  readonly rows: readonly AffiliatePayoutFragment[];
}

function PayoutTable({ slug, rows }: TableProps) {
  return (
    <table className="intents">
      <caption className="hidden">Payouts, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col" className="right">
            Amount
          </th>
          <th scope="col">To</th>
          <th scope="col" className="wide">
            Transaction
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Mark status={row.status} words={payoutWords[row.status]} />
              {row.batch && (
                <a className="second" href={batchHref(slug, row.batch.id)}>
                  See the batch
                </a>
              )}
              {row.failure && <span className="second">{row.failure}</span>}
            </th>
            <td className="right">
              <Amount money={row.amount} />
            </td>
            <td>
              <Hash value={row.destination} />
            </td>
            <td className="wide">
              <Sent hash={row.transactionHash} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sent({ hash }: { hash: string | null }) {
  if (!hash) return <span className="muted">–</span>;
  return (
    <>
      <Hash value={hash} /> <CopyButton value={hash} what="the transaction's hash" />
    </>
  );
}

import type { AffiliateCommissionFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { batchHref, intentHref } from "../routing";
import { useMay } from "../shell/access";
import { percent } from "../values/money";
import { Blockers } from "./blockers";
import { commissionLooks, commissionWords } from "./commission-words";
import { DueDate } from "./due-date";

interface Props {
  readonly slug: string;
  readonly rows: readonly AffiliateCommissionFragment[];
}

export function CommissionRows({ slug, rows }: Props) {
  const reads = useMay("READ");
  return (
    <table className="intents commissions">
      <caption className="hidden">Commissions, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Earned</th>
          <th scope="col" className="right">
            Amount
          </th>
          <th scope="col">Status</th>
          <th scope="col">Why it is not paid yet</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Origin slug={slug} row={row} reads={reads} />
            </th>
            <td className="right">
              <Amount money={row.amount} />
              <span className="second">
                {percent(row.rateBps)} of <Amount money={row.base} />
              </span>
            </td>
            <td>
              <span key={row.status} className="changed">
                <span className={`status ${commissionLooks[row.status]}`}>
                  {commissionWords[row.status]}
                </span>
              </span>
              <When row={row} />
            </td>
            <td className="why">
              <Blockers blockers={row.blockers} />
              <Batch slug={slug} row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly slug: string;
  readonly row: AffiliateCommissionFragment;
}

/** Which payment it comes from: those of customers are not for affiliates. */
function Origin({ slug, row, reads }: RowProps & { reads: boolean }) {
  const negative = row.amount.amount.startsWith("-");
  const words = negative ? "Clawback" : `Level ${row.level}`;
  return (
    <>
      {reads && row.settlement ? (
        <a href={intentHref(slug, row.settlement.intent.id)}>
          {words}
          <span className="hidden">: its payment</span>
        </a>
      ) : (
        words
      )}
      <span className="second">
        <Instant at={row.accruedAt} programTime />
      </span>
    </>
  );
}

/** When it was paid; while it is not, the last column says until when. */
function When({ row }: { row: AffiliateCommissionFragment }) {
  if (!row.paidAt) return null;
  return (
    <span className="second">
      <DueDate at={row.paidAt} />
    </span>
  );
}

/** Batches are for those who read everything, and for the treasury's owners. */
function Batch({ slug, row }: RowProps) {
  const batch = row.payout?.batch;
  if (!batch) return null;
  return (
    <a className="second" href={batchHref(slug, batch.id)}>
      {row.status === "PAID" ? "Paid by this batch" : "See the batch"}
    </a>
  );
}

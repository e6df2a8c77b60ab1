import { Amount } from "../parts/amount";
import { useRowWindow } from "../parts/row-window";
import { Failed, Loading } from "../parts/states";
import { ExplorerLink } from "./explorer-link";
import { Payee } from "./payee";
import { Mark } from "./status-mark";
import type { Batch } from "./use-batch";
import type { Recipient, Recipients } from "./use-recipients";
import { payeeWords, payoutWords, purposeWords } from "./words";

export function RecipientsSection({ slug, batch, recipients }: Props) {
  const { rows, loaded, failure, again } = recipients;
  if (batch.payoutCount === 0) return null;
  return (
    <section aria-labelledby="recipients">
      <h2 id="recipients">
        Recipients <span className="tag">{batch.payoutCount.toLocaleString("en")}</span>
      </h2>
      {failure && <Failed failure={failure} retry={again} />}
      {!rows && !failure && <Loading what={`recipients, ${loaded} so far`} />}
      {rows && <RecipientTable slug={slug} batch={batch} rows={rows} />}
    </section>
  );
}

interface Props {
  readonly slug: string;
  readonly batch: Batch;
  readonly recipients: Recipients;
}

interface TableProps {
  readonly slug: string;
  readonly batch: Batch;
  readonly rows: readonly Recipient[];
}

/** These rows are what is hashed: their whole addresses are shown, since the middle of one can deceive. */
function RecipientTable({ slug, batch, rows }: TableProps) {
  const view = useRowWindow(rows.length, 66);
  return (
    <table className="intents recipients" aria-rowcount={rows.length + 1}>
      <caption className="hidden">Recipients in the order of their transfers</caption>
      <thead>
        <tr>
          <th scope="col">Recipient</th>
          <th scope="col" className="right">
            Amount
          </th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody ref={view.body}>
        {view.above > 0 && (
          <tr className="gap">
            <td colSpan={3} style={{ height: view.above }} />
          </tr>
        )}
        {view.indexes.map((index) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <tr key={row.id} data-index={index} ref={view.measure} aria-rowindex={index + 2}>
              <RecipientCells slug={slug} batch={batch} row={row} />
            </tr>
          );
        })}
        {view.below > 0 && (
          <tr className="gap">
            <td colSpan={3} style={{ height: view.below }} />
          </tr>
        )}
      </tbody>
    </table>
  );
}

function RecipientCells({ slug, batch, row }: { slug: string; batch: Batch; row: Recipient }) {
  const transaction = batch.safeTransactions[row.safeTransactionIndex]?.transaction;
  return (
    <>
      <th scope="row">
        <Payee
          slug={slug}
          affiliate={row.affiliate}
          user={row.user}
          otherwise={payeeWords[row.purpose]}
        />{" "}
        <span className="muted small-text">{purposeWords[row.purpose]}</span>
        <code className="second break">{row.destination}</code>
      </th>
      <td className="right">
        <Amount money={row.amount} />
      </td>
      <td>
        <span key={row.status} className="changed">
          <Mark status={row.status} words={payoutWords[row.status]} />
        </span>
        {row.transactionHash && (
          <span className="second">
            <ExplorerLink hash={row.transactionHash} transaction={transaction} />
            {row.logIndex !== null && ` log ${row.logIndex}`}
          </span>
        )}
        {row.failure && <span className="second reason">{row.failure}</span>}
      </td>
    </>
  );
}

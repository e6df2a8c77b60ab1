import type { AffiliateStatementLineFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { codeWords } from "../parts/status";
import { ledgerTransactionHref } from "../routing";

interface Props {
  readonly slug: string;
  readonly rows: readonly AffiliateStatementLineFragment[];
}

export function StatementLines({ slug, rows }: Props) {
  return (
    <table className="intents statement-lines one-currency">
      <caption className="hidden">Lines of the statement, newest first</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">When</th>
          <th scope="col" className="right">
            Change
          </th>
          <th scope="col" className="right">
            Balance
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <What slug={slug} row={row} />
            </th>
            <td>
              <Instant at={row.effectiveAt} programTime />
            </td>
            <td className="right">
              <Amount money={changeOf(row)} />
            </td>
            <td className="right">
              <Amount money={row.balanceAfter} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The journal is for those who read everything. */
function What({ slug, row }: { slug: string; row: AffiliateStatementLineFragment }) {
  const words = codeWords(row.purpose);
  if (!row.transaction) return words;
  return <a href={ledgerTransactionHref(slug, row.transaction.id)}>{words}</a>;
}

/** What an affiliate is owed rises by credits. */
function changeOf({ direction, amount }: AffiliateStatementLineFragment) {
  return direction === "CREDIT" ? amount : { ...amount, amount: `-${amount.amount}` };
}

import {
  LedgerEntriesDocument,
  type LedgerEntriesQuery,
  type LedgerSideFragment,
} from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { Amount } from "../parts/amount";
import { PagedRows, Total } from "../parts/paged-rows";
import { ScrollArea } from "../parts/scroll-area";
import { codeWords } from "../parts/status";
import { accountHref } from "../routing";
import { sum } from "../values/exact";
import { balances } from "../values/money";
import { AccountName } from "./account-name";

const entries: Source<LedgerEntriesQuery, LedgerSideFragment> = {
  pick: ({ node }) => (node?.__typename === "LedgerTransaction" ? node.entries : null),
};

/** Both columns of one transaction; they never change. */
export function Entries({ slug, id }: { slug: string; id: string }) {
  const pages = usePages(LedgerEntriesDocument, { id }, entries);
  return (
    <section aria-labelledby="entries">
      <h2 id="entries">
        Entries <Total total={pages.total} />
      </h2>
      <PagedRows pages={pages} what="entries" none={{ title: "It has no entries" }}>
        {(rows) => <EntryTable slug={slug} rows={rows} whole={!pages.hasMore} />}
      </PagedRows>
    </section>
  );
}

interface TableProps {
  readonly slug: string;
  readonly rows: readonly LedgerSideFragment[];
  /** Whether these are all: only then have the columns sums. */
  readonly whole: boolean;
}

function EntryTable({ slug, rows, whole }: TableProps) {
  return (
    <ScrollArea card label="Entries of the transaction">
      <table className="entries">
        <caption className="hidden">Entries of the transaction</caption>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col" className="wide">
              Purpose
            </th>
            <th scope="col" className="right">
              Debit
            </th>
            <th scope="col" className="right">
              Credit
            </th>
            <th scope="col" className="right wide">
              Balance after
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <EntryRow key={row.id} slug={slug} row={row} />
          ))}
        </tbody>
        {whole && <Totals rows={rows} />}
      </table>
    </ScrollArea>
  );
}

function EntryRow({ slug, row }: { slug: string; row: LedgerSideFragment }) {
  const amount = <Amount money={row.amount} />;
  return (
    <tr>
      <th scope="row">
        <a href={accountHref(slug, row.account.id)}>
          <AccountName account={row.account} />
        </a>
        <span className="second narrow">{codeWords(row.purpose)}</span>
      </th>
      <td className="wide">{codeWords(row.purpose)}</td>
      <td className="right">{row.direction === "DEBIT" && amount}</td>
      <td className="right">{row.direction === "CREDIT" && amount}</td>
      <td className="right muted wide">
        <Amount money={row.balanceAfter} />
      </td>
    </tr>
  );
}

/** One line for each currency: amounts of two are never added. */
function Totals({ rows }: { rows: readonly LedgerSideFragment[] }) {
  const currencies = [...new Set(rows.map(({ amount }) => amount.currency))];
  const total = (currency: string, side: LedgerSideFragment["direction"]) =>
    sum(
      rows
        .filter(({ direction, amount }) => direction === side && amount.currency === currency)
        .map(({ amount }) => amount),
      currency,
    );
  return (
    <tfoot>
      {currencies.map((currency) => (
        <tr key={currency}>
          <th scope="row">
            Total{" "}
            {balances(rows.filter(({ amount }) => amount.currency === currency)) && (
              <span className="tag active">Balanced</span>
            )}
          </th>
          <td className="wide" />
          <td className="right">
            <Amount money={total(currency, "DEBIT")} />
          </td>
          <td className="right">
            <Amount money={total(currency, "CREDIT")} />
          </td>
          <td className="wide" />
        </tr>
      ))}
    </tfoot>
  );
}

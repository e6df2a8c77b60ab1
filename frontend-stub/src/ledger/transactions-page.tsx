import {
  type LedgerPostedFragment,
  LedgerTransactionsDocument,
  type LedgerTransactionsQuery,
} from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { Choice } from "../parts/choice";
import { ExportButton } from "../parts/export-button";
import { Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { TextFilter } from "../parts/text-filter";
import { Views } from "../parts/views";
import { changeQuery, ledgerTransactionHref, named, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { InstantFilter } from "./instant-filter";
import { instantIn } from "./period";
import { ledgerViews, transactionKinds, transactionWords } from "./words";

const transactions: Source<LedgerTransactionsQuery, LedgerPostedFragment> = {
  pick: (data) => data.program?.ledgerTransactions,
  live: { types: ["LEDGER"], at: (data) => data.program },
};

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

export function TransactionsPage({ program, query }: Props) {
  const filter = filterOf(query);
  const pages = usePages(LedgerTransactionsDocument, { slug: program.slug, filter }, transactions);
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageTitle title="Ledger">
        <Total total={pages.total} filtered={filtered} />
        <ExportButton programId={program.id} kind="LEDGER" filter={filter} />
      </PageTitle>
      <Views slug={program.slug} label="Ledger" views={ledgerViews} shown="ledger/transactions" />
      <Filters query={query} />
      <PagedRows
        pages={pages}
        what="transactions"
        none={{
          title: filtered ? "No transaction matches" : "Nothing is posted yet",
          children: filtered ? (
            <p>
              <a href={programHref(program.slug, "ledger/transactions")}>Show all transactions</a>
            </p>
          ) : (
            <p>The first settlement, or money that comes into the treasury, is posted here.</p>
          ),
        }}
      >
        {(rows) => <TransactionTable slug={program.slug} rows={rows} />}
      </PagedRows>
    </>
  );
}

/** As the list and the export take it: only what is said. */
function filterOf(query: URLSearchParams) {
  const kind = named(query, "kind", transactionKinds);
  const reference = query.get("reference");
  const from = instantIn(query, "from");
  const to = instantIn(query, "to");
  return {
    ...(kind.length > 0 && { kind: [...kind] }),
    ...(reference && { reference }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

function Filters({ query }: { query: URLSearchParams }) {
  return (
    <div className="filters">
      <TextFilter
        label="Search by reference"
        placeholder="Reference"
        value={query.get("reference") ?? ""}
        search={(reference) => changeQuery({ reference })}
      />
      <InstantFilter label="From (UTC)" name="from" query={query} />
      <InstantFilter label="to" name="to" query={query} />
      <Choice
        legend="Kind"
        options={transactionKinds}
        chosen={named(query, "kind", transactionKinds)}
        words={transactionWords}
        choose={(next) => changeQuery({ kind: next })}
      />
    </div>
  );
}

interface TableProps {
  readonly slug: string;
  readonly rows: readonly LedgerPostedFragment[];
}

function TransactionTable({ slug, rows }: TableProps) {
  return (
    <table className="intents">
      <caption className="hidden">Transactions, newest posting first</caption>
      <thead>
        <tr>
          <th scope="col">Transaction</th>
          <th scope="col" className="wide">
            Reference
          </th>
          <th scope="col" className="right">
            Effective
          </th>
          <th scope="col" className="right wide">
            Posted
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <a className="cover" href={ledgerTransactionHref(slug, row.id)}>
                {transactionWords[row.kind]}
              </a>
              {row.description && <span className="second">{row.description}</span>}
            </th>
            <td className="wide">
              <code className="break">{row.reference}</code>
            </td>
            <td className="right">
              <Instant at={row.effectiveAt} programTime />
            </td>
            <td className="right wide">
              <Instant at={row.postedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import {
  type LedgerTransactionRowFragment,
  LedgerTransactionsDocument,
  type LedgerTransactionsQuery,
} from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { Amount } from "../parts/amount";
import { Choice } from "../parts/choice";
import { ExportButton } from "../parts/export-button";
import { Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { kindWords } from "../parts/status";
import { TextFilter } from "../parts/text-filter";
import { Views } from "../parts/views";
import { changeQuery, ledgerTransactionHref, named, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import type { Money } from "../values/money";
import { InstantFilter } from "./instant-filter";
import { instantIn } from "./period";
import { ledgerViews, transactionKinds, transactionWords } from "./words";

const transactions: Source<LedgerTransactionsQuery, LedgerTransactionRowFragment> = {
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
  readonly rows: readonly LedgerTransactionRowFragment[];
}

function TransactionTable({ slug, rows }: TableProps) {
  return (
    <table className="intents">
      <caption className="hidden">Transactions, newest posting first</caption>
      <thead>
        <tr>
          <th scope="col">Transaction</th>
          <th scope="col" className="wide">
            For
          </th>
          <th scope="col" className="right">
            Amount
          </th>
          <th scope="col" className="right wide">
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
              <span className="second narrow">
                <Instant at={row.postedAt} />
              </span>
            </th>
            <td className="wide">
              <PostedFor row={row} />
            </td>
            <td className="right">
              <Amount money={amountOf(row)} />
            </td>
            <td className="right wide">
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

/** What it was posted for, in a word; the transaction's page leads there. */
function PostedFor({ row: { source, reference } }: { row: LedgerTransactionRowFragment }) {
  switch (source?.__typename) {
    case "Intent":
      return (
        <>
          {kindWords[source.kind]} {source.wallet && <Hash value={source.wallet} />}
        </>
      );
    case "BalanceAdjustment":
      return `Adjustment of ${source.affiliate.referralCode}`;
    case "PayoutBatch":
      return "Payout batch";
    case "Discrepancy":
      return "Discrepancy";
    case "Reversal":
      return "Reversal";
    default:
      return <code className="break">{reference}</code>;
  }
}

/** What was paid or adjusted; undefined where the source says another sum than this transaction moves. */
function amountOf({ kind, source }: LedgerTransactionRowFragment): Money | undefined {
  if (source?.__typename === "BalanceAdjustment") return source.adjusted;
  const settles = kind === "SETTLEMENT" && source?.__typename === "Intent";
  return (settles && source.amount) || undefined;
}

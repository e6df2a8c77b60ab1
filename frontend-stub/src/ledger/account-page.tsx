import { useState } from "react";
import {
  type LedgerAccountDetailFragment,
  type LedgerLineFragment,
  LedgerStatementDocument,
  type LedgerStatementQuery,
} from "../generated/operations";
import { type Pages, type Source, usePages } from "../live/pages";
import { Absent } from "../parts/absent";
import { Amount } from "../parts/amount";
import { ExportButton } from "../parts/export-button";
import { CopyButton } from "../parts/hash";
import { Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { Failed, Loading } from "../parts/states";
import { codeWords } from "../parts/status";
import { changeQuery, ledgerTransactionHref, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { difference } from "../values/exact";
import { AccountName } from "./account-name";
import { InstantFilter } from "./instant-filter";
import { instantIn, justBefore } from "./period";
import { accountMeanings, accountWords, transactionWords } from "./words";

const posted = ["LEDGER"] as const;

const lines: Source<LedgerStatementQuery, LedgerLineFragment> = {
  pick: ({ node }) => (node?.__typename === "LedgerAccount" ? node.entries : null),
  live: { types: posted, at: (data) => data.program },
};

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
  readonly query: URLSearchParams;
}

/** One account: what it had, what moved it, what it has. */
export function AccountPage({ program: { id: programId, slug }, id, query }: Props) {
  const from = instantIn(query, "from");
  const to = instantIn(query, "to");
  const variables = {
    slug,
    id,
    before: from === undefined ? null : justBefore(from),
    opened: from !== undefined,
    until: to === undefined ? null : justBefore(to),
    filter: { from: from ?? null, to: to ?? null },
  };
  // The sums come with the lines, of one snapshot: neither is ahead of the other.
  const pages = usePages(LedgerStatementDocument, variables, lines);
  const { failure, again } = pages;
  // Another period begins another list: what was read stays until that is there, and the fields that somebody fills.
  const [last, setLast] = useState(pages.answer);
  if (pages.answer && pages.answer !== last) setLast(pages.answer);
  const data = pages.answer ?? last;
  const found = data?.node?.__typename === "LedgerAccount" ? data.node : null;
  const account = found?.id === id && found.program.id === programId ? found : null;
  if (failure && !data) return <Failed failure={failure} retry={again} />;
  if (!data) return <Loading what="the account" />;
  if (!account) {
    return (
      <Absent title="No such account">
        <p>
          It does not exist, or belongs to another program.{" "}
          <a href={programHref(slug, "ledger/accounts")}>All accounts</a>
        </p>
      </Absent>
    );
  }
  return (
    <article className="ledger-object">
      <p className="back">
        <a href={programHref(slug, "ledger/accounts")}>← Accounts</a>
      </p>
      <PageTitle title={`${accountWords[account.kind]} account`}>
        <span className="hero-amount">
          <Amount money={account.balance} />
        </span>
      </PageTitle>
      <p className="muted">
        {account.ownerId && <AccountName account={account} />} {accountMeanings[account.kind]}
      </p>
      <p className="muted id-line">
        <code>{account.id}</code> <CopyButton value={account.id} what="the account's id" />
      </p>
      <div className="filters">
        <InstantFilter label="From (UTC)" name="from" query={query} />
        <InstantFilter label="to" name="to" query={query} />
        {(from ?? to) !== undefined && (
          <button type="button" onClick={() => changeQuery({ from: null, to: null })}>
            Whole time
          </button>
        )}
        <ExportButton
          programId={programId}
          kind="LEDGER"
          filter={{ accountId: id, ...(from && { from }), ...(to && { to }) }}
        />
      </div>
      <Sums account={account} />
      <StatementLines slug={slug} pages={pages} filtered={(from ?? to) !== undefined} />
    </article>
  );
}

/** opening: only of a period that begins somewhere. */
function Sums({ account }: { account: LedgerAccountDetailFragment }) {
  const { opening, closing } = account;
  return (
    <dl className="sums card">
      {opening && <Sum name="Opening balance" money={opening} />}
      {opening && <Sum name="Change" money={difference(closing, opening)} />}
      <Sum name="Closing balance" money={closing} />
      {!opening && <Sum name="Debits, whole time" money={account.debits} />}
      {!opening && <Sum name="Credits, whole time" money={account.credits} />}
    </dl>
  );
}

function Sum({ name, money }: { name: string; money: LedgerAccountDetailFragment["closing"] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Amount money={money} />
      </dd>
    </div>
  );
}

interface LinesProps {
  readonly slug: string;
  readonly pages: Pages<LedgerLineFragment>;
  /** Whether only a period is shown. */
  readonly filtered: boolean;
}

function StatementLines({ slug, pages, filtered }: LinesProps) {
  return (
    <section aria-labelledby="statement">
      <h2 id="statement">
        Statement <Total total={pages.total} filtered={filtered} />
      </h2>
      <PagedRows
        pages={pages}
        what="entries"
        none={{
          title: filtered ? "Nothing moved it in this period" : "Nothing has moved it yet",
        }}
      >
        {(rows) => (
          <>
            <LineTable slug={slug} rows={rows} />
            <p className="muted small-text note">
              Lines and the balance after each are in the order of posting; a period is of the time
              at which they took effect.
            </p>
          </>
        )}
      </PagedRows>
    </section>
  );
}

function LineTable({ slug, rows }: { slug: string; rows: readonly LedgerLineFragment[] }) {
  return (
    <table className="intents one-currency">
      <caption className="hidden">Entries, newest posting first</caption>
      <thead>
        <tr>
          <th scope="col">Transaction</th>
          <th scope="col" className="right">
            Debit
          </th>
          <th scope="col" className="right">
            Credit
          </th>
          <th scope="col" className="right">
            Balance after
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((line) => (
          <tr key={line.id}>
            <th scope="row">
              {line.transaction && (
                <a className="cover" href={ledgerTransactionHref(slug, line.transaction.id)}>
                  {transactionWords[line.transaction.kind]}
                </a>
              )}{" "}
              <span className="muted small-text">{codeWords(line.purpose)}</span>
              <span className="second">
                <Instant at={line.effectiveAt} programTime />
              </span>
            </th>
            <td className="right">
              {line.direction === "DEBIT" && <Amount money={line.amount} />}
            </td>
            <td className="right">
              {line.direction === "CREDIT" && <Amount money={line.amount} />}
            </td>
            <td className="right">
              <Amount money={line.balanceAfter} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

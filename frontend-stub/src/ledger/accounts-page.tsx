import {
  type LedgerAccountRowFragment,
  LedgerAccountsDocument,
  type LedgerAccountsQuery,
} from "../generated/operations";
import { useCurrencies } from "../live/currencies";
import { type Source, usePages } from "../live/pages";
import { Amount } from "../parts/amount";
import { Choice } from "../parts/choice";
import { ExportButton } from "../parts/export-button";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { Empty, Failed, Loading } from "../parts/states";
import { TextFilter } from "../parts/text-filter";
import { Views } from "../parts/views";
import { accountHref, changeQuery, named, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { AccountName } from "./account-name";
import { type Owner, useOwners } from "./use-owners";
import { accountKinds, accountWords, ledgerViews } from "./words";

const accounts: Source<LedgerAccountsQuery, LedgerAccountRowFragment> = {
  pick: (data) => data.program?.ledgerAccounts,
  live: { types: ["LEDGER"], at: (data) => data.program },
};

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

export function AccountsPage({ program, query }: Props) {
  const text = query.get("owner") ?? "";
  const { owners, failure } = useOwners(program.id, text);
  const owner = owners?.find(({ as }) => as === query.get("as")) ?? owners?.[0];
  return (
    <>
      <PageTitle title="Ledger" />
      <Views slug={program.slug} label="Ledger" views={ledgerViews} shown="ledger/accounts" />
      <div className="filters">
        <TextFilter
          label="Search by owner"
          placeholder="Wallet, referral code or id"
          value={text}
          search={(next) => changeQuery({ owner: next, as: null })}
        />
        {owner && owners && owners.length > 1 && <AsChoice owners={owners} shown={owner} />}
        <Choice
          legend="Kind"
          options={accountKinds}
          chosen={named(query, "kind", accountKinds)}
          words={accountWords}
          choose={(next) => changeQuery({ kind: next })}
        />
        <CurrencyFilter slug={program.slug} query={query} />
      </div>
      {failure && <Failed failure={failure} />}
      {!owners && !failure && <Loading what="the owner" />}
      {owners?.length === 0 && text !== "" && !failure && (
        <Empty title="Nobody here has this wallet, code or id">
          <p>
            A search takes a whole wallet, a whole referral code, or an id.{" "}
            <a href={programHref(program.slug, "ledger/accounts")}>Show all accounts</a>
          </p>
        </Empty>
      )}
      {(text === "" || owner) && (
        <AccountList program={program} query={query} ownerId={owner?.id ?? null} />
      )}
    </>
  );
}

/** A wallet that pays and refers has accounts as both. */
function AsChoice({ owners, shown }: { owners: readonly Owner[]; shown: Owner }) {
  return (
    <label className="field">
      As{" "}
      <select value={shown.as} onChange={(event) => changeQuery({ as: event.target.value })}>
        {owners.map(({ as }) => (
          <option key={as}>{as}</option>
        ))}
      </select>
    </label>
  );
}

function CurrencyFilter({ slug, query }: { slug: string; query: URLSearchParams }) {
  const codes = useCurrencies(slug).map(({ code }) => code);
  if (codes.length < 2) return null;
  return (
    <label className="field">
      Currency{" "}
      <select
        value={query.get("currency") ?? ""}
        onChange={(event) => changeQuery({ currency: event.target.value })}
      >
        <option value="">All</option>
        {codes.map((code) => (
          <option key={code}>{code}</option>
        ))}
      </select>
    </label>
  );
}

interface ListProps {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
  readonly ownerId: string | null;
}

function AccountList({ program, query, ownerId }: ListProps) {
  const { slug } = program;
  const kind = named(query, "kind", accountKinds);
  const currency = query.get("currency");
  const filter = { kind: kind.length > 0 ? [...kind] : null, currency, ownerId };
  const pages = usePages(LedgerAccountsDocument, { slug, ...filter }, accounts);
  const filtered = kind.length > 0 || currency !== null || ownerId !== null;
  return (
    <>
      <p className="list-total">
        <Total total={pages.total} filtered={filtered} />
        <ExportButton programId={program.id} kind="ACCOUNTS" filter={filter} />
      </p>
      <PagedRows
        pages={pages}
        what="accounts"
        none={{
          title: filtered ? "No account matches" : "No accounts yet",
          children: filtered ? (
            <p>
              <a href={programHref(slug, "ledger/accounts")}>Show all accounts</a>
            </p>
          ) : (
            <p>The first settlement opens them.</p>
          ),
        }}
      >
        {(rows) => <AccountTable slug={slug} rows={rows} />}
      </PagedRows>
    </>
  );
}

interface TableProps {
  readonly slug: string;
  readonly rows: readonly LedgerAccountRowFragment[];
}

function AccountTable({ slug, rows }: TableProps) {
  return (
    <table className="intents">
      <caption className="hidden">Accounts, oldest first</caption>
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col" className="right wide">
            Debits
          </th>
          <th scope="col" className="right wide">
            Credits
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
              <a className="cover" href={accountHref(slug, row.id)}>
                <AccountName account={row} />
              </a>
            </th>
            <td className="right wide">
              <Amount money={row.debits} />
            </td>
            <td className="right wide">
              <Amount money={row.credits} />
            </td>
            <td className="right">
              <span key={row.balance.amount} className="changed">
                <Amount money={row.balance} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import { LedgerTrialBalanceDocument, type LedgerTrialBalanceQuery } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useChanges } from "../live/changes";
import { Amount } from "../parts/amount";
import { FullInstant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { ScrollArea } from "../parts/scroll-area";
import { Empty, Failed, Loading } from "../parts/states";
import { Views } from "../parts/views";
import { changeQuery, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { difference, isZero, sum } from "../values/exact";
import { InstantFilter } from "./instant-filter";
import { instantIn } from "./period";
import { accountKinds, accountMeanings, accountWords, ledgerViews } from "./words";

const posted = ["LEDGER"] as const;

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

/** What every kind of account has taken in and given, and that both are the same. */
export function TrialBalancePage({ program: { slug }, query }: Props) {
  const asOf = instantIn(query, "asOf");
  const { data, failure, again, fetching } = useAnswer(LedgerTrialBalanceDocument, {
    slug,
    asOf: asOf ?? null,
  });
  useChanges(asOf === undefined ? data?.program : null, posted, again);
  const balances = data?.program?.trialBalance;
  return (
    <>
      <PageTitle title="Ledger" />
      <Views slug={slug} label="Ledger" views={ledgerViews} shown="ledger" />
      <div className="filters">
        <InstantFilter label="As of (UTC)" name="asOf" query={query} />
        {asOf !== undefined && (
          <button type="button" onClick={() => changeQuery({ asOf: null })}>
            Now
          </button>
        )}
      </div>
      {failure && <Failed failure={failure} retry={again} />}
      {!balances && !failure && <Loading what="the trial balance" />}
      {balances?.length === 0 && (
        <Empty title={asOf ? "Nothing was posted by then" : "Nothing is posted yet"}>
          <p>The first settlement, or money that comes into the treasury, opens the books.</p>
        </Empty>
      )}
      <div className="trials" aria-busy={fetching}>
        {balances?.map((balance) => (
          <Trial key={balance.currency} slug={slug} balance={balance} then={asOf !== undefined} />
        ))}
      </div>
    </>
  );
}

type Balance = NonNullable<NonNullable<LedgerTrialBalanceQuery["program"]>["trialBalance"]>[number];

interface TrialProps {
  readonly slug: string;
  readonly balance: Balance;
  /** Whether it is of an instant that was asked for. */
  readonly then: boolean;
}

function Trial({ slug, balance, then }: TrialProps) {
  const { currency, totalDebits, totalCredits, balanced } = balance;
  const rows = accountKinds.flatMap((kind) => balance.rows.filter((row) => row.kind === kind));
  const net = rows.map((row) => difference(row.credits, row.debits));
  return (
    <ScrollArea card label={`Trial balance in ${currency}`}>
      <table className="trial one-currency">
        <caption>
          {currency} <BalancedMark balanced={balanced} by={difference(totalCredits, totalDebits)} />
          {then && (
            <span className="muted small-text">
              {" "}
              as of <FullInstant at={balance.asOf} programTime />
            </span>
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">Accounts</th>
            <th scope="col" className="right">
              Debits
            </th>
            <th scope="col" className="right">
              Credits
            </th>
            <th scope="col" className="right">
              Balance
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.kind}>
              <th scope="row">
                <a href={programHref(slug, "ledger/accounts", { kind: row.kind, currency })}>
                  {accountWords[row.kind]}
                </a>{" "}
                <span className="muted small-text">{row.accounts.toLocaleString("en")}</span>
                <span className="second">{accountMeanings[row.kind]}</span>
              </th>
              <td className="right">
                <Amount money={row.debits} />
              </td>
              <td className="right">
                <Amount money={row.credits} />
              </td>
              <td className="right">
                <Amount money={net[index]} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td className="right">
              <Amount money={totalDebits} />
            </td>
            <td className="right">
              <Amount money={totalCredits} />
            </td>
            <td className="right">
              <Amount money={sum(net, currency)} />
            </td>
          </tr>
        </tfoot>
      </table>
    </ScrollArea>
  );
}

interface MarkProps {
  readonly balanced: boolean;
  readonly by: { readonly amount: string; readonly currency: string };
}

/** The server's word, which the page's own sum has to agree with. */
function BalancedMark({ balanced, by }: MarkProps) {
  if (balanced && isZero(by)) return <span className="tag active">Balanced</span>;
  return (
    <span className="tag bad" role="alert">
      Out of balance by <Amount money={by} />
    </span>
  );
}

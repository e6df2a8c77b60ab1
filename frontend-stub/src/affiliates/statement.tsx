import { useEffect } from "react";
import {
  AffiliateStatementDocument,
  type AffiliateStatementLineFragment,
  AffiliateStatementLinesDocument,
  type AffiliateStatementLinesQuery,
  type AffiliateStatementQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { type Source, usePages } from "../live/pages";
import { Amount } from "../parts/amount";
import { ExportButton } from "../parts/export-button";
import { LeftField } from "../parts/left-field";
import { PagedRows, Total } from "../parts/paged-rows";
import { useProgramOffset } from "../parts/program-clock";
import { Failed, Loading } from "../parts/states";
import { changeQuery } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { CurrencyChoice, chosenCurrency } from "./currency-choice";
import { dayAt, instantsOf, type Period, periodIn } from "./period";
import { StatementLines } from "./statement-lines";
import type { Affiliate } from "./use-affiliate";

const source: Source<AffiliateStatementLinesQuery, AffiliateStatementLineFragment> = {
  pick: (data) => data.affiliate?.statement?.lines,
};

interface Props {
  readonly program: ProgramCard;
  readonly affiliate: Affiliate;
  readonly query: URLSearchParams;
  /** Another value: earnings have changed. */
  readonly news: unknown;
}

/** The affiliate's account over a period: what it began with, what came, what went, what is left. */
export function StatementView({ program, affiliate, query, news }: Props) {
  const offset = useProgramOffset();
  const codes = affiliate.program.currencies.map(({ code }) => code);
  const currency = chosenCurrency(query, codes);
  const period = periodIn(query, dayAt(Date.now() + offset));
  const exported = { affiliateId: affiliate.id, currency, ...instantsOf(period) };
  const asked = { id: affiliate.id, currency, ...instantsOf(period) };
  const { data, failure, again } = useAnswer(AffiliateStatementDocument, asked);
  const pages = usePages(AffiliateStatementLinesDocument, asked, source);
  const { refresh } = pages;
  useEffect(() => {
    if (!news) return;
    again();
    refresh();
  }, [news, again, refresh]);
  const sums = data?.affiliate?.statement;
  return (
    <section aria-labelledby="statement">
      <div className="section-title">
        <h2 id="statement">Statement</h2>
        <Total total={pages.total} />
        <ExportButton programId={program.id} kind="STATEMENT" filter={exported} />
      </div>
      <div className="filters">
        <Days period={period} />
        <CurrencyChoice codes={codes} chosen={currency} />
      </div>
      {failure && !sums && <Failed failure={failure} retry={again} />}
      {!failure && !sums && <Loading what="the statement" />}
      {sums && <Sums sums={sums} />}
      {sums && (
        <PagedRows
          pages={pages}
          what="lines"
          none={{
            title: "Nothing was booked in these days",
            children: <p>Choose an earlier first day.</p>,
          }}
        >
          {(rows) => <StatementLines slug={program.slug} rows={rows} />}
        </PagedRows>
      )}
    </section>
  );
}

function Days({ period }: { period: Period }) {
  const take = (name: string) => (typed: string) => changeQuery({ [name]: typed });
  return (
    <>
      <LeftField label="From" type="date" value={period.from} take={take("from")} />
      <LeftField label="To" type="date" value={period.to} take={take("to")} />
    </>
  );
}

type StatementSums = NonNullable<NonNullable<AffiliateStatementQuery["affiliate"]>["statement"]>;

/** opening + accrued − reversed − paid = closing */
function Sums({ sums }: { sums: StatementSums }) {
  const steps = [
    ["Opening", sums.opening],
    ["+ Earned", sums.accrued],
    ["− Reversed", sums.reversed],
    ["− Paid", sums.paid],
    ["= Closing", sums.closing],
  ] as const;
  return (
    <dl className="card statement-sums">
      {steps.map(([name, money]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Amount money={money} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

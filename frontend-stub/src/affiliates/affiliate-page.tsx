import { Absent } from "../parts/absent";
import { PageTitle } from "../parts/page-title";
import { Failed, Loading } from "../parts/states";
import { affiliateHref, programHref } from "../routing";
import { useAccess, useMay } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { AffiliateActions } from "./actions";
import { Adjustments } from "./adjustments";
import { AffiliateFacts } from "./affiliate-facts";
import { Branch } from "./branch";
import { Commissions } from "./commissions";
import { EarningsCard } from "./earnings";
import { PayoutsView } from "./payouts";
import { Standing } from "./standing";
import { StatementView } from "./statement";
import { type Affiliate, useAffiliate } from "./use-affiliate";
import { useWaits } from "./use-waits";
import { type View, ViewTabs } from "./views";

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
  readonly view: View;
  readonly query: URLSearchParams;
}

/** One affiliate: who it is, what it earned, and why not all of it is paid yet. */
export function AffiliatePage({ program, id, view, query }: Props) {
  const { affiliate, failure, refetch, news } = useAffiliate(program.id, id);
  if (failure && !affiliate) return <Failed failure={failure} retry={refetch} />;
  if (affiliate === undefined) return <Loading what="the affiliate" />;
  if (affiliate === null) return <Nobody program={program} />;
  return (
    <article className="affiliate">
      <Back slug={program.slug} id={id} />
      <PageTitle title={affiliate.displayName ?? affiliate.referralCode}>
        <Standing status={affiliate.status} />
        <AffiliateActions affiliate={affiliate} done={refetch} />
      </PageTitle>
      {failure && <Failed failure={failure} retry={refetch} />}
      <AffiliateFacts program={program} affiliate={affiliate} />
      <Adjustments affiliate={affiliate} done={refetch} />
      <Money slug={program.slug} affiliate={affiliate} news={news} />
      {affiliate.earnings && <ViewTabs slug={program.slug} id={id} view={view} />}
      <Shown program={program} affiliate={affiliate} view={view} query={query} news={news} />
    </article>
  );
}

interface MoneyProps {
  readonly slug: string;
  readonly affiliate: Affiliate;
  readonly news: unknown;
}

/** What others of the own branch earn is theirs to see. */
function Money({ slug, affiliate, news }: MoneyProps) {
  const { id, earnings } = affiliate;
  const waits = useWaits(id, earnings === null, news);
  return earnings?.map((sums) => (
    <EarningsCard key={sums.currency} slug={slug} id={id} sums={sums} waits={waits} />
  ));
}

interface ShownProps extends Omit<Props, "id"> {
  readonly affiliate: Affiliate;
  readonly news: unknown;
}

function Shown({ program, affiliate, view, query, news }: ShownProps) {
  const { id } = affiliate;
  if (view === "branch" || !affiliate.earnings) {
    return <Branch program={program} affiliate={affiliate} query={query} />;
  }
  if (view === "statement") {
    return <StatementView program={program} affiliate={affiliate} query={query} news={news} />;
  }
  if (view === "payouts") return <PayoutsView program={program} id={id} news={news} />;
  return <Commissions program={program} id={id} query={query} news={news} />;
}

/** Up from here: the tree, for those who see all of it; else the own page. */
function Back({ slug, id }: { slug: string; id: string }) {
  const { affiliateId } = useAccess();
  const reads = useMay("READ");
  if (reads) {
    return (
      <p className="back">
        <a href={programHref(slug, "affiliates")}>← Affiliates</a>
      </p>
    );
  }
  if (affiliateId === null || affiliateId === id) return null;
  return (
    <p className="back">
      <a href={affiliateHref(slug, affiliateId)}>← My page</a>
    </p>
  );
}

function Nobody({ program }: { program: ProgramCard }) {
  return (
    <Absent title="No such affiliate">
      <p>
        It does not exist, belongs to another program, or is not in your branch.{" "}
        <a href={programHref(program.slug, "affiliates")}>Affiliates</a>
      </p>
    </Absent>
  );
}

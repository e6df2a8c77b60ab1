import { PageTitle } from "../parts/page-title";
import { Empty, Failed, Loading } from "../parts/states";
import { affiliateHref, programHref } from "../routing";
import { useAccess, useMay } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { AffiliateFacts } from "./affiliate-facts";
import { Commissions } from "./commissions";
import { EarningsCard } from "./earnings";
import { Standing } from "./standing";
import { type Affiliate, useAffiliate } from "./use-affiliate";

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
  readonly query: URLSearchParams;
}

/** One affiliate: who it is, what it earned, and why not all of it is paid yet. */
export function AffiliatePage({ program, id, query }: Props) {
  const { affiliate, failure, refetch, news } = useAffiliate(program.id, id);
  if (failure && !affiliate) return <Failed failure={failure} retry={refetch} />;
  if (affiliate === undefined) return <Loading what="the affiliate" />;
  if (affiliate === null) return <Nobody program={program} />;
  return (
    <article className="affiliate">
      <Back slug={program.slug} id={id} />
      <PageTitle title={affiliate.displayName ?? affiliate.referralCode}>
        <Standing status={affiliate.status} />
      </PageTitle>
      {failure && <Failed failure={failure} retry={refetch} />}
      <AffiliateFacts program={program} affiliate={affiliate} />
      {affiliate.earnings ? (
        <Money program={program} id={id} query={query} earnings={affiliate.earnings} news={news} />
      ) : (
        <p className="muted">What others of your branch earn is theirs to see.</p>
      )}
    </article>
  );
}

interface MoneyProps extends Props {
  readonly earnings: NonNullable<Affiliate["earnings"]>;
  readonly news: unknown;
}

function Money({ program, id, query, earnings, news }: MoneyProps) {
  return (
    <>
      {earnings.map((sums) => (
        <EarningsCard key={sums.currency} slug={program.slug} id={id} sums={sums} />
      ))}
      <Commissions program={program} id={id} query={query} news={news} />
    </>
  );
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
    <Empty title="No such affiliate">
      <p>
        It does not exist, belongs to another program, or is not in your branch.{" "}
        <a href={programHref(program.slug, "affiliates")}>Affiliates</a>
      </p>
    </Empty>
  );
}

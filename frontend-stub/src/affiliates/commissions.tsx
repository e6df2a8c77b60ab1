import { useEffect } from "react";
import {
  type AffiliateCommissionFragment,
  AffiliateCommissionsDocument,
  type AffiliateCommissionsQuery,
} from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { Choice } from "../parts/choice";
import { ExportButton } from "../parts/export-button";
import { PagedRows, Total } from "../parts/paged-rows";
import { affiliateHref, changeQuery, named } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { CommissionRows } from "./commission-rows";
import { commissionStatuses, commissionWords } from "./commission-words";

const source: Source<AffiliateCommissionsQuery, AffiliateCommissionFragment> = {
  pick: (data) => data.affiliate?.commissions,
};

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
  readonly query: URLSearchParams;
  /** Another value: earnings have changed. */
  readonly news: unknown;
}

/** What the affiliate earned, one by one, and why each is not paid yet. */
export function Commissions({ program, id, query, news }: Props) {
  const status = named(query, "status", commissionStatuses);
  const filter = status.length > 0 ? { status: [...status] } : {};
  const pages = usePages(AffiliateCommissionsDocument, { id, filter }, source);
  const { refresh } = pages;
  useEffect(() => {
    if (news) refresh();
  }, [news, refresh]);
  const filtered = status.length > 0;
  return (
    <section aria-labelledby="commissions">
      <div className="section-title">
        <h2 id="commissions">Commissions</h2>
        <Total total={pages.total} filtered={filtered} />
        <ExportButton
          programId={program.id}
          kind="COMMISSIONS"
          filter={{ affiliateId: id, ...filter }}
        />
      </div>
      <div className="filters">
        <Choice
          legend="Status"
          options={commissionStatuses}
          chosen={status}
          words={commissionWords}
          choose={(next) => changeQuery({ status: next })}
        />
      </div>
      <PagedRows
        pages={pages}
        what="commissions"
        none={{
          title: filtered ? "No commission matches" : "Nothing earned yet",
          children: filtered ? (
            <p>
              <a href={affiliateHref(program.slug, id)}>Show all commissions</a>
            </p>
          ) : (
            <p>
              A commission comes with each payment of a customer who registered with the referral
              code, or with one of the branch below.
            </p>
          ),
        }}
      >
        {(rows) => <CommissionRows slug={program.slug} rows={rows} />}
      </PagedRows>
    </section>
  );
}

import { useMemo } from "react";
import { useApi } from "../live/api";
import { Empty } from "../parts/states";
import { TextFilter } from "../parts/text-filter";
import { affiliateHref, changeQuery } from "../routing";
import { useMay } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { CurrencyChoice, chosenCurrency } from "./currency-choice";
import { Levels } from "./levels";
import { branchOf, foundInBranch } from "./tree-source";
import { isEmpty, TreeTable } from "./tree-table";
import type { Affiliate } from "./use-affiliate";
import { useTree } from "./use-tree";

interface Props {
  readonly program: ProgramCard;
  readonly affiliate: Affiliate;
  readonly query: URLSearchParams;
}

/** Everybody below one affiliate: sums by level for those who see its money, and the tree. */
export function Branch({ program, affiliate, query }: Props) {
  const { id } = affiliate;
  const codes = affiliate.program.currencies.map(({ code }) => code);
  const currency = chosenCurrency(query, codes);
  const search = query.get("search") ?? "";
  const earned = useMay("READ");
  const tree = useTree(useSource(program.id, id, search, currency, earned), null);
  return (
    <>
      {affiliate.earnings && <Levels id={id} currency={currency} />}
      <section aria-labelledby="branch">
        <div className="section-title">
          <h2 id="branch">Members</h2>
        </div>
        <div className="filters">
          <TextFilter
            label="Find a member of this branch"
            placeholder="A whole referral code, or a wallet"
            value={search}
            search={(text) => changeQuery({ search: text })}
          />
          <CurrencyChoice codes={codes} chosen={currency} />
        </div>
        {isEmpty(tree) ? (
          <NobodyBelow slug={program.slug} id={id} search={search} />
        ) : (
          <TreeTable
            slug={program.slug}
            tree={tree}
            label="Members of the branch"
            earned={earned}
          />
        )}
      </section>
    </>
  );
}

function useSource(
  programId: string,
  root: string,
  search: string,
  currency: string,
  earned: boolean,
) {
  const api = useApi();
  return useMemo(
    () =>
      search
        ? foundInBranch(api, { programId, root }, search, { currency, earned })
        : branchOf(api, root, currency, earned),
    [api, programId, root, search, currency, earned],
  );
}

function NobodyBelow({ slug, id, search }: { slug: string; id: string; search: string }) {
  if (!search) {
    return (
      <Empty title="Nobody below yet">
        <p>Whoever registers as an affiliate with the referral code stands here.</p>
      </Empty>
    );
  }
  return (
    <Empty title="Nobody of this branch is found by that">
      <p>
        It takes the whole referral code or, where wallets are shown, the whole wallet.{" "}
        <a href={affiliateHref(slug, id, "branch")}>Show the whole branch</a>
      </p>
    </Empty>
  );
}

import { useMemo } from "react";
import {
  type AffiliateFilter,
  AffiliateFrameDocument,
  type AffiliateFrameQuery,
  type AffiliateStatus,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useApi } from "../live/api";
import { Choice } from "../parts/choice";
import { ExportButton } from "../parts/export-button";
import { PageTitle } from "../parts/page-title";
import { Total } from "../parts/paged-rows";
import { Empty, Failed, Loading } from "../parts/states";
import { TextFilter } from "../parts/text-filter";
import { changeQuery, named, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { CurrencyChoice, chosenCurrency } from "./currency-choice";
import { RegisterButton } from "./register";
import { affiliateStatuses, affiliateWords } from "./standing";
import { top } from "./tree";
import { wholeTree } from "./tree-source";
import { isEmpty, TreeTable } from "./tree-table";
import { useTree } from "./use-tree";

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

/** All affiliates, from the roots down; what is searched for stands at the top level, with where it stands in the forest. */
export function TreePage({ program, query }: Props) {
  // Never from the cache: the tree is read after its position among the events.
  const { data, failure, again } = useAnswer(
    AffiliateFrameDocument,
    { slug: program.slug },
    { policy: "network-only" },
  );
  const frame = data?.program;
  return (
    <>
      {failure && <Failed failure={failure} retry={again} />}
      {!frame && !failure && <Loading what="affiliates" />}
      {frame && <Forest program={program} query={query} frame={frame} renew={again} />}
    </>
  );
}

interface ForestProps extends Props {
  readonly frame: NonNullable<AffiliateFrameQuery["program"]>;
  readonly renew: () => void;
}

function Forest({ program, query, frame, renew }: ForestProps) {
  const status = named(query, "status", affiliateStatuses);
  const search = query.get("search") ?? "";
  const codes = frame.currencies.map(({ code }) => code);
  const currency = chosenCurrency(query, codes);
  const source = useSource(program.slug, status, search, currency);
  const position = useMemo(
    () => ({ programId: frame.id, eventCursor: frame.eventCursor, renew }),
    [frame.id, frame.eventCursor, renew],
  );
  const tree = useTree(source, position);
  const filtered = status.length > 0 || search !== "";
  const total = tree.branches.get(top)?.total ?? null;
  return (
    <>
      <PageTitle title="Affiliates">
        {filtered ? <Total total={total} filtered /> : <Roots total={total} />}
        <ExportButton
          programId={program.id}
          kind="AFFILIATES"
          filter={{ ...found(status, search), currency }}
        />
        <RegisterButton program={program} />
      </PageTitle>
      <div className="filters">
        <TextFilter
          label="Search affiliates"
          placeholder="Start of a code or name, or a wallet"
          value={search}
          search={(text) => changeQuery({ search: text })}
        />
        <Choice
          legend="Status"
          options={affiliateStatuses}
          chosen={status}
          words={affiliateWords}
          choose={(next) => changeQuery({ status: next })}
        />
        <CurrencyChoice codes={codes} chosen={currency} />
      </div>
      {isEmpty(tree) ? (
        <Nobody slug={program.slug} filtered={filtered} />
      ) : (
        <TreeTable slug={program.slug} tree={tree} label="Affiliates" earned />
      )}
    </>
  );
}

function useSource(
  slug: string,
  status: readonly AffiliateStatus[],
  search: string,
  currency: string,
) {
  const api = useApi();
  const chosen = status.join();
  return useMemo(() => {
    const wanted = chosen.split(",").filter(Boolean) as AffiliateStatus[];
    const asked = found(wanted, search);
    const filter = Object.keys(asked).length > 0 ? asked : { rootsOnly: true };
    return wholeTree(api, slug, filter, currency);
  }, [api, slug, chosen, search, currency]);
}

/** As list and export take it; empty: nobody is looked for. */
function found(status: readonly AffiliateStatus[], search: string): AffiliateFilter {
  return { ...(status.length > 0 && { status: [...status] }), ...(search && { search }) };
}

function Roots({ total }: { total: { readonly value: number; readonly exact: boolean } | null }) {
  if (!total) return null;
  return (
    <span className="muted total">
      {total.value.toLocaleString("en")} {total.value === 1 ? "root" : "roots"}
    </span>
  );
}

function Nobody({ slug, filtered }: { slug: string; filtered: boolean }) {
  if (!filtered) {
    return (
      <Empty title="No affiliates yet">
        <p>
          Register the first one here, or with the mutation <code>registerAffiliate</code>.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No affiliate matches">
      <p>
        A search finds the start of a referral code or name, or a whole wallet.{" "}
        <a href={programHref(slug, "affiliates")}>Show all affiliates</a>
      </p>
    </Empty>
  );
}

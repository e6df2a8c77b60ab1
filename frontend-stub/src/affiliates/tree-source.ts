import {
  AffiliateChildrenDocument,
  type AffiliateFilter,
  AffiliateFoundDocument,
  type AffiliateFoundQuery,
  AffiliateRootsDocument,
  AffiliateSumsDocument,
} from "../generated/operations";
import type { Api } from "../live/api";
import { type Failure, failureOf } from "../values/failure";
import type { Count, Member } from "./tree";

export interface Part {
  readonly members: readonly Member[];
  readonly end: string | null;
  readonly hasMore: boolean;
  readonly total: Count;
}

export type Answer = { readonly part: Part } | { readonly failure: Failure };

/** Where the tree gets its branches from. */
export interface TreeSource {
  readonly top: (first: number, after: string | null) => Promise<Answer>;
  readonly below: (id: string, first: number, after: string | null) => Promise<Answer>;
  /** Newer words about these, at most a hundred; null where only their branch says them. */
  readonly newer: ((ids: readonly string[]) => Promise<readonly Member[]>) | null;
}

const gone: Failure = {
  code: "NOT_FOUND",
  message: "This branch is not there, or you may not see it.",
};

/** Of those who read everything: from what the filter finds, with what each branch earned its member. */
export function wholeTree(
  api: Api,
  slug: string,
  filter: AffiliateFilter,
  currency: string,
): TreeSource {
  const asked = { currency, earned: true };
  return {
    top: async (first, after) => {
      const variables = { ...asked, slug, filter, first, after };
      const { data, error } = await api.direct
        .query(AffiliateRootsDocument, variables, {})
        .toPromise();
      const page = data?.program?.affiliates;
      if (!page) return { failure: error ? failureOf(error) : gone };
      const members = page.nodes.map(({ downlineSummary, ...node }) => ({
        ...node,
        sums: downlineSummary,
      }));
      return { part: partOf(page, members) };
    },
    below: childrenOf(api, asked),
    newer: async (ids) => {
      const { data } = await api.direct
        .query(AffiliateSumsDocument, { ...asked, ids: [...ids] }, {})
        .toPromise();
      return (data?.nodes ?? []).flatMap((node) => {
        if (node?.__typename !== "Affiliate") return [];
        const { __typename, downlineSummary, ...member } = node;
        return [{ ...member, sums: downlineSummary }];
      });
    },
  };
}

/** Of one member. What others earned is not for the affiliates above them, so it is not asked for. */
export function branchOf(api: Api, id: string, currency: string, earned: boolean): TreeSource {
  const below = childrenOf(api, { currency, earned });
  return { top: (first, after) => below(id, first, after), below, newer: null };
}

/** The one member of a branch that has this code or wallet, whole; nobody, when it has none. */
export function foundInBranch(
  api: Api,
  place: { readonly programId: string; readonly root: string },
  text: string,
  asked: { currency: string; earned: boolean },
): TreeSource {
  const { programId, root } = place;
  const by = /^0x[0-9a-f]{40}$/i.test(text)
    ? { wallet: { programId, wallet: text } }
    : { referralCode: { programId, referralCode: text } };
  return {
    top: async () => {
      const { data, error } = await api.direct
        .query(AffiliateFoundDocument, { ...asked, by }, {})
        .toPromise();
      if (error) return { failure: failureOf(error) };
      const found = data?.affiliate;
      const isBelow = found?.upline.some(({ id }) => id === root);
      const members = found && isBelow ? [foundMember(found)] : [];
      const total = { value: members.length, exact: true };
      return { part: { members, end: null, hasMore: false, total } };
    },
    below: childrenOf(api, asked),
    newer: null,
  };
}

type Found = NonNullable<AffiliateFoundQuery["affiliate"]>;

function foundMember({ downlineSummary, ...node }: Found): Member {
  return { ...node, sums: downlineSummary };
}

function childrenOf(api: Api, asked: { currency: string; earned: boolean }): TreeSource["below"] {
  return async (id, first, after) => {
    const variables = { ...asked, id, first, after };
    const { data, error } = await api.direct
      .query(AffiliateChildrenDocument, variables, {})
      .toPromise();
    const page = data?.affiliate?.downline;
    if (!page) return { failure: error ? failureOf(error) : gone };
    const members = page.edges.map(({ node, branch }) => ({ ...node, sums: branch }));
    return { part: partOf(page, members) };
  };
}

interface Page {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: Count;
}

function partOf({ pageInfo, totalCount }: Page, members: readonly Member[]): Part {
  const { hasNextPage: hasMore, endCursor: end } = pageInfo;
  return { members, end, hasMore, total: totalCount };
}

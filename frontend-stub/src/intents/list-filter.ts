import type { IntentFilter, IntentKind, IntentStatus } from "../generated/operations";
import { kinds, statuses } from "../parts/status";
import { named, type Query } from "../routing";

/** What of a program's intents is listed, as it stands in the address. */
export interface ListFilter {
  readonly status: readonly IntentStatus[];
  readonly kind: readonly IntentKind[];
  /** Only those that wait longer than they may. */
  readonly stuck: boolean;
  readonly wallet: string | null;
  readonly transaction: string | null;
}

export function filterOf(query: URLSearchParams): ListFilter {
  if (query.has("key")) return everything;
  return {
    status: named(query, "status", statuses),
    kind: named(query, "kind", kinds),
    stuck: query.get("stuck") === "yes",
    wallet: query.get("wallet"),
    transaction: query.get("transaction"),
  };
}

/** A key names one intent: where it is searched for, nothing else is asked. */
const everything: ListFilter = {
  status: [],
  kind: [],
  stuck: false,
  wallet: null,
  transaction: null,
};

/** As the list takes it, and its export: what is not said is left out. */
export function asked({ status, kind, stuck, wallet, transaction }: ListFilter): IntentFilter {
  return {
    ...(status.length > 0 && { status: [...status] }),
    ...(kind.length > 0 && { kind: [...kind] }),
    ...(stuck && { stuck }),
    ...(wallet && { wallet }),
    ...(transaction && { transactionHash: transaction }),
  };
}

export type Search =
  | { readonly kind: "intent"; readonly id: string }
  | { readonly kind: "filter"; readonly query: Query };

/** What somebody pasted tells by its shape where to look. */
export function searchFor(text: string): Search {
  if (/^int_[0-9a-z]+$/.test(text)) return { kind: "intent", id: text };
  const nothing = { wallet: null, transaction: null, key: null };
  return { kind: "filter", query: { ...nothing, ...place(text) } };
}

function place(text: string): Query {
  if (text === "") return {};
  if (/^0x[0-9a-f]{40}$/i.test(text)) return { wallet: text };
  if (/^0x[0-9a-f]{64}$/i.test(text)) return { transaction: text };
  return { status: null, kind: null, stuck: null, key: text };
}

/** What the search holds now. */
export function searched(query: URLSearchParams): string {
  return query.get("wallet") ?? query.get("transaction") ?? query.get("key") ?? "";
}

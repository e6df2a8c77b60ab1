import { useMemo, useSyncExternalStore } from "react";

/** Where the page is: the server knows only "/", what is shown lives behind the hash. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** Lists read "a,b"; null, undefined and empty leave the name out. */
export type Query = Readonly<Record<string, string | readonly string[] | null | undefined>>;

export function parsePlace(hash: string): Place {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  return {
    path: path.split("/").filter(Boolean).map(decode),
    query: new URLSearchParams(search),
  };
}

export function href(path: readonly string[], query: Query = {}): string {
  const search = changed(new URLSearchParams(), query);
  return `#/${path.map(encodeURIComponent).join("/")}${search && `?${search}`}`;
}

export const systemHref = "#/system";

export function programHref(slug: string, section = "", query?: Query): string {
  return href(["p", slug, ...section.split("/").filter(Boolean)], query);
}

export function intentHref(slug: string, id: string): string {
  return programHref(slug, `intents/${id}`);
}

/** view: one of the affiliate's own pages. */
export function affiliateHref(slug: string, id: string, view = "", query?: Query): string {
  return programHref(slug, `affiliates/${id}/${view}`, query);
}

export function batchHref(slug: string, id: string): string {
  return programHref(slug, `payouts/${id}`);
}

export function accountHref(slug: string, id: string, query?: Query): string {
  return programHref(slug, `ledger/accounts/${id}`, query);
}

export function ledgerTransactionHref(slug: string, id: string): string {
  return programHref(slug, `ledger/transactions/${id}`);
}

export function runHref(slug: string, id: string): string {
  return programHref(slug, `reconciliation/runs/${id}`);
}

export function discrepancyHref(slug: string, id: string): string {
  return programHref(slug, `reconciliation/discrepancies/${id}`);
}

/** The values of a list in the query that are among those there are. */
export function named<T extends string>(
  query: URLSearchParams,
  name: string,
  options: readonly T[],
): readonly T[] {
  const texts = query.get(name)?.split(",") ?? [];
  return options.filter((option) => texts.includes(option));
}

/** Changes filters of the page where it is, without a step in the history. */
export function changeQuery(changes: Query): void {
  const { path, query } = parsePlace(window.location.hash);
  const search = changed(query, changes);
  replacePlace(`${href(path)}${search && `?${search}`}`);
}

export function replacePlace(address: string): void {
  history.replaceState(null, "", address);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The slug of the program in view. */
export function programOf({ path }: Place): string | undefined {
  return path[0] === "p" ? path[1] : undefined;
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash);
  return useMemo(() => parsePlace(hash), [hash]);
}

/** In one order: what shows the same has the same address. */
function changed(query: URLSearchParams, changes: Query): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value?.length) next.set(name, typeof value === "string" ? value : value.join(","));
    else next.delete(name);
  }
  next.sort();
  return next.toString().replaceAll("%2C", ",");
}

function onHashChange(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

import { useMemo, useSyncExternalStore } from "react";
import type { IntentKind, IntentStatus } from "./generated/operations";

export const statuses: readonly IntentStatus[] = ["PENDING", "PROCESSING", "CONFIRMED", "FAILED"];
export const kinds: readonly IntentKind[] = ["REGISTRATION", "PAYMENT", "COMMERCE_PAYMENT"];

export interface IntentQuery {
  readonly status: readonly IntentStatus[];
  readonly kind: readonly IntentKind[];
}

export type Route =
  | { readonly page: "programs" }
  | { readonly page: "overview"; readonly slug: string }
  | ({ readonly page: "intents"; readonly slug: string } & IntentQuery)
  | { readonly page: "intent"; readonly slug: string; readonly id: string }
  | { readonly page: "unknown" };

/** The server knows only "/": what is shown lives behind the hash. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [area, slug, section, id, ...rest] = path.split("/").filter(Boolean).map(decode);
  if (area === undefined) return { page: "programs" };
  if (area !== "p" || !slug || rest.length > 0) return { page: "unknown" };
  if (section === undefined) return { page: "overview", slug };
  if (section !== "intents") return { page: "unknown" };
  return id ? { page: "intent", slug, id } : { page: "intents", slug, ...parseQuery(search) };
}

export function overviewHref(slug: string): string {
  return `#/p/${encodeURIComponent(slug)}`;
}

export function intentsHref(slug: string, query: Partial<IntentQuery> = {}): string {
  const search = new URLSearchParams();
  if (query.status?.length) search.set("status", query.status.join(","));
  if (query.kind?.length) search.set("kind", query.kind.join(","));
  const text = search.toString().replaceAll("%2C", ",");
  return `${overviewHref(slug)}/intents${text && `?${text}`}`;
}

export function intentHref(slug: string, id: string): string {
  return `${overviewHref(slug)}/intents/${encodeURIComponent(id)}`;
}

/** Changes the filters of the page without a step in the history. */
export function replaceRoute(href: string): void {
  history.replaceState(null, "", href);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

function onHashChange(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

function parseQuery(search: string): IntentQuery {
  const query = new URLSearchParams(search);
  const named = (name: string) => query.get(name)?.split(",") ?? [];
  return {
    status: statuses.filter((status) => named("status").includes(status)),
    kind: kinds.filter((kind) => named("kind").includes(kind)),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

import type { IntentRowFragment } from "../generated/operations";

export type Row = IntentRowFragment;

/** The rows in place; `head` is the newest first page seen since, waiting to be shown. */
export interface IntentList {
  readonly rows: readonly Row[];
  readonly head: readonly Row[];
}

export function shown(rows: readonly Row[]): IntentList {
  return { rows, head: rows };
}

/** Newer versions replace rows where they stand; no row moves, none is added. */
export function patched(list: IntentList, fresh: readonly Row[]): IntentList {
  const newest = new Map(fresh.map((row) => [row.id, row]));
  let changed = false;
  const rows = list.rows.map((row) => {
    const next = newest.get(row.id);
    if (!next || !isNewer(next, row)) return row;
    changed = true;
    return next;
  });
  return changed ? { ...list, rows } : list;
}

/** A later page, below. What the list already shows stays where it is. */
export function extended(list: IntentList, page: readonly Row[]): IntentList {
  const known = new Set(list.rows.map((row) => row.id));
  return { ...list, rows: [...list.rows, ...page.filter((row) => !known.has(row.id))] };
}

/** The first page as it is now: patches what stands, keeps the rest for the "N new" bar. */
export function withHead(list: IntentList, head: readonly Row[]): IntentList {
  if (list.rows.length === 0) return shown(head);
  return { ...patched(list, head), head };
}

/** How many intents of the newest page are not in place; `more` when there may be others. */
export function waiting({ rows, head }: IntentList): { count: number; more: boolean } {
  const known = new Set(rows.map((row) => row.id));
  const count = head.filter((row) => !known.has(row.id)).length;
  return { count, more: count > 0 && count === head.length };
}

/** Confirmations rise without a new version. */
function isNewer(next: Row, row: Row): boolean {
  if (next.version !== row.version) return next.version > row.version;
  return next.confirmations !== row.confirmations;
}

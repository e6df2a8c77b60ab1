import type { IntentRowFragment } from "../generated/operations";
import { later } from "../values/time";
import type { Told } from "./told";

export type Row = IntentRowFragment;

/** The rows in place; `head` is the newest first page seen since, waiting to be shown. */
export interface IntentList {
  readonly rows: readonly Row[];
  readonly head: readonly Row[];
  /** Accepted since, as events told; the head has them a moment later. */
  readonly accepted: ReadonlySet<string>;
}

export function shown(rows: readonly Row[]): IntentList {
  return { rows, head: rows, accepted: new Set() };
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

/** An event says what became of an intent before anybody asks: its row shows it where it stands. */
export function moved(list: IntentList, told: Told): IntentList {
  const index = list.rows.findIndex(({ id }) => id === told.id);
  const row = list.rows[index];
  if (!row || !later(told.at, row.updatedAt)) return list;
  const { at, status, stage, failure } = told;
  const counted = stage === "MINED" ? {} : { confirmations: null, requiredConfirmations: null };
  const rows = list.rows.with(index, { ...row, status, stage, failure, updatedAt: at, ...counted });
  return { ...list, rows };
}

/** One more that is new, behind the bar. */
export function joining(list: IntentList, id: string): IntentList {
  return { ...list, accepted: new Set(list.accepted).add(id) };
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

/** How many new intents are not in place; `more` when there may be others. */
export function waiting({ rows, head, accepted }: IntentList): { count: number; more: boolean } {
  const known = new Set(rows.map((row) => row.id));
  const newer = new Set([...head.map(({ id }) => id), ...accepted].filter((id) => !known.has(id)));
  const whole = head.some(({ id }) => known.has(id));
  return { count: newer.size, more: newer.size > 0 && head.length > 0 && !whole };
}

/** Confirmations rise without a new version. What was read before an event came is older than what the event told. */
function isNewer(next: Row, row: Row): boolean {
  if (later(row.updatedAt, next.updatedAt)) return false;
  if (next.version !== row.version) return next.version > row.version;
  return next.confirmations !== row.confirmations;
}

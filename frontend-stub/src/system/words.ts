import type { Health, LaneStatus, SystemPartsFragment, WorkerState } from "../generated/operations";

export type System = SystemPartsFragment;
export type Component = System["components"][number];

export const healthWords: Record<Health, string> = {
  OK: "Well",
  DEGRADED: "Degraded",
  DOWN: "Down",
};

export const workerWords: Record<WorkerState, string> = {
  IDLE: "Idle",
  BUSY: "Busy",
  STOPPING: "Stopping",
  LOST: "Lost",
};

export const laneWords: Record<LaneStatus, string> = {
  ACTIVE: "Active",
  DRAINING: "Draining",
  HALTED: "Halted",
};

const names: Record<string, string> = {
  postgresql: "PostgreSQL",
  "feed lag": "Events to subscribers",
  "rollups lag": "Totals and series",
  "seals lag": "Seals of journals and audit",
  "webhooks lag": "Webhooks to be queued",
  settle: "Settlement",
};

/** What a component or queue is called, as people say it. */
export function nameOf(name: string): string {
  const known = names[name] ?? name.replace(/^chain (\d+)$/, "Node of chain $1");
  return known.charAt(0).toUpperCase() + known.slice(1);
}

const groups: readonly { readonly title: string; readonly has: RegExp }[] = [
  { title: "What it stands on", has: /^(postgresql|redis|replica|chain \d+)$/ },
  { title: "How far it is behind", has: / lag$|^watcher of / },
  { title: "Who works", has: /^(workers|scheduler|monitor)$/ },
  { title: "Books", has: /^(ledger|reconciliation|critical discrepancies|platform audit)$/ },
];

export interface Group {
  readonly title: string;
  readonly components: readonly Component[];
}

/** By what somebody looks for; what is not known here is shown too. */
export function grouped(components: readonly Component[]): readonly Group[] {
  const groupOf = ({ name }: Component) =>
    groups.find(({ has }) => has.test(name))?.title ?? "Others";
  return [...groups.map(({ title }) => title), "Others"]
    .map((title) => ({ title, components: components.filter((one) => groupOf(one) === title) }))
    .filter((group) => group.components.length > 0);
}

import type { Place } from "../routing";
import { type Access, may } from "./access";
import { Chunk } from "./chunk";
import type { ProgramCard } from "./programs";

/** A section has the address #/p/<slug>/<path>/…: it reads `rest` and its own names in `query`. */
export interface SectionProps {
  readonly program: ProgramCard;
  /** What follows the section's path in the address. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

export interface Section {
  readonly path: string;
  readonly name: string;
  readonly shownTo: (access: Access, program: ProgramCard) => boolean;
  readonly page: Chunk<SectionProps>;
}

const readers = (access: Access) => may(access, "READ");
/** An affiliate sees its branch; any wallet may become one where registration is open. */
const earners = (access: Access, program: ProgramCard) =>
  readers(access) ||
  access.affiliateId !== null ||
  (access.wallet !== null && program.openRegistration && !access.operator && !access.owner);
/** Customers see their own; any wallet that is nothing else here may become one where registration is open. */
const payers = (access: Access, program: ProgramCard) =>
  readers(access) ||
  access.userId !== null ||
  (access.wallet !== null && program.openRegistration && isNobodyYet(access));
const isNobodyYet = ({ roles, owner, operator }: Access) =>
  roles.length === 0 && !owner && !operator;

/** The tabs of a program, in order. Each is a chunk of its own, loaded when it is opened. */
export const sections: readonly Section[] = [
  {
    path: "",
    name: "Overview",
    shownTo: readers,
    page: new Chunk(() => import("../overview/overview")),
  },
  {
    path: "intents",
    name: "Intents",
    shownTo: payers,
    page: new Chunk(() => import("../intents/intents")),
  },
  {
    path: "affiliates",
    name: "Affiliates",
    shownTo: earners,
    page: new Chunk(() => import("../affiliates/affiliates")),
  },
  {
    path: "payouts",
    name: "Payouts",
    shownTo: (access) => readers(access) || access.owner,
    page: new Chunk(() => import("../payouts/payouts")),
  },
  {
    path: "ledger",
    name: "Ledger",
    shownTo: readers,
    page: new Chunk(() => import("../ledger/ledger")),
  },
  {
    path: "reconciliation",
    name: "Reconciliation",
    shownTo: readers,
    page: new Chunk(() => import("../reconciliation/reconciliation")),
  },
  {
    path: "system",
    name: "System",
    shownTo: (access) => may(access, "MANAGE_PROGRAM"),
    page: new Chunk(() => import("../system/program-system")),
  },
];

/** Loads what the address names before anything is drawn. A failure shows when it is opened. */
export function loadAhead({ path: [area, , path = ""] }: Place): void {
  if (area !== "p") return;
  const section = sections.find((each) => each.path === path);
  section?.page.load().catch(() => {});
}

/** Where a program opens for somebody: at what is theirs, before what is only on offer. */
export function startOf(access: Access, program: ProgramCard): Section | undefined {
  const open = sections.filter(({ shownTo }) => shownTo(access, program));
  const becomesOne = access.affiliateId === null && !readers(access);
  return open.find(({ path }) => path !== "affiliates" || !becomesOne) ?? open[0];
}

import { type ComponentType, lazy } from "react";
import type { Place } from "../routing";
import { type Access, may } from "./access";
import type { ProgramCard } from "./programs";

/** A section has the address #/p/<slug>/<path>/…: it reads `rest` and its own names in `query`. */
export interface SectionProps {
  readonly program: ProgramCard;
  /** What follows the section's path in the address. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

interface Listed {
  readonly path: string;
  readonly name: string;
  readonly shownTo: (access: Access, program: ProgramCard) => boolean;
  readonly load: () => Promise<{ readonly default: ComponentType<SectionProps> }>;
}

export interface Section extends Listed {
  readonly page: ComponentType<SectionProps>;
}

const readers = (access: Access) => may(access, "READ");
/** An affiliate sees its branch; any wallet may become one where registration is open. */
const earners = (access: Access, program: ProgramCard) =>
  readers(access) ||
  access.affiliateId !== null ||
  (access.wallet !== null && program.openRegistration && !access.operator);
/** Customers see their own; any wallet that is nothing else here may become one where registration is open. */
const payers = (access: Access, program: ProgramCard) =>
  readers(access) ||
  access.userId !== null ||
  (access.wallet !== null && program.openRegistration && isNobodyYet(access));
const isNobodyYet = ({ roles, owner, operator }: Access) =>
  roles.length === 0 && !owner && !operator;

const listed: readonly Listed[] = [
  {
    path: "",
    name: "Overview",
    shownTo: readers,
    load: () => import("../overview/overview"),
  },
  {
    path: "intents",
    name: "Intents",
    shownTo: payers,
    load: () => import("../intents/intents"),
  },
  {
    path: "affiliates",
    name: "Affiliates",
    shownTo: earners,
    load: () => import("../affiliates/affiliates"),
  },
  {
    path: "payouts",
    name: "Payouts",
    shownTo: (access) => readers(access) || access.owner,
    load: () => import("../payouts/payouts"),
  },
  {
    path: "ledger",
    name: "Ledger",
    shownTo: readers,
    load: () => import("../ledger/ledger"),
  },
  {
    path: "reconciliation",
    name: "Reconciliation",
    shownTo: readers,
    load: () => import("../reconciliation/reconciliation"),
  },
  {
    path: "system",
    name: "System",
    shownTo: (access) => may(access, "MANAGE_PROGRAM"),
    load: () => import("../system/program-system"),
  },
];

/** The tabs of a program, in order. Each is a chunk of its own, loaded when it is opened. */
export const sections: readonly Section[] = listed.map((each) => ({
  ...each,
  page: lazy(each.load),
}));

/** Loads what the address names while the page still asks who is there. A failure shows when it is opened. */
export function loadAhead({ path: [area, , path = ""] }: Place): void {
  if (area !== "p") return;
  const section = sections.find((each) => each.path === path);
  section?.load().catch(() => {});
}

/** Where a program opens for somebody: at what is theirs, before what is only on offer. */
export function startOf(access: Access, program: ProgramCard): Section | undefined {
  const open = sections.filter(({ shownTo }) => shownTo(access, program));
  const becomesOne = access.affiliateId === null && !readers(access);
  return open.find(({ path }) => path !== "affiliates" || !becomesOne) ?? open[0];
}

import type { OverviewLanesQuery, OverviewStandingQuery } from "../generated/operations";
import { programHref } from "../routing";
import { counted } from "../values/number";
import { absolute } from "../values/time";
import type { Dashboard } from "./counters";

export type Standing = NonNullable<OverviewStandingQuery["program"]>;
export type Lanes = NonNullable<OverviewLanesQuery["systemStatus"]>["lanes"];

/** Something that goes on only when a person does something, and where that is done. */
export interface Task {
  readonly urgent: boolean;
  readonly what: string;
  /** What to do about it, as the link says it. */
  readonly step: string;
  readonly href: string;
}

export interface Seen {
  readonly slug: string;
  readonly dashboard: Dashboard;
  readonly standing: Standing;
  /** null for who may not see the platform. */
  readonly lanes: Lanes | null;
}

/** The most urgent first; empty: nothing waits for anybody. */
export function tasksOf(seen: Seen): readonly Task[] {
  const tasks = [
    ...ofLedger(seen),
    ...ofPause(seen),
    ...ofReconciliation(seen),
    ...ofPayouts(seen),
    ...ofIntents(seen),
    ...ofLanes(seen),
  ];
  return [...tasks.filter(({ urgent }) => urgent), ...tasks.filter(({ urgent }) => !urgent)];
}

function* ofLedger({ slug, dashboard }: Seen): Generator<Task> {
  if (dashboard.ledgerBalanced) return;
  yield {
    urgent: true,
    what: "The ledger does not balance: debits and credits differ",
    step: "See the trial balance",
    href: programHref(slug, "ledger"),
  };
}

function* ofPause({ slug, standing: { pause } }: Seen): Generator<Task> {
  if (!pause) return;
  yield {
    urgent: true,
    what: `The program is paused: ${pause.reason}`,
    step: "Resume it",
    href: programHref(slug, "system"),
  };
}

function* ofReconciliation({ slug, dashboard, standing }: Seen): Generator<Task> {
  const open = dashboard.openDiscrepancies;
  const href = programHref(slug, "reconciliation");
  if (open > 0) {
    const what = `${counted(open, "discrepancy", "discrepancies")} nobody has explained`;
    yield { urgent: true, what, step: "Explain and resolve", href };
  }
  const [newest] = (standing.reconciliationRuns?.nodes ?? []).filter(
    ({ finishedAt }) => finishedAt,
  );
  if (newest?.status === "FAILED") {
    const what = "The last reconciliation ended before it had looked at everything";
    yield { urgent: true, what, step: "See the run", href };
  }
}

function* ofPayouts({ slug, dashboard, standing }: Seen): Generator<Task> {
  const batches = dashboard.batchesAwaitingApproval;
  if (batches > 0) {
    yield {
      urgent: false,
      what: `${counted(batches, "payout batch waits", "payout batches wait")} for owners' signatures`,
      step: "Check and sign",
      href: programHref(slug, "payouts", { status: ["PENDING_APPROVAL"] }),
    };
  }
  for (const { currency, firstShortfall } of standing.coverage ?? []) {
    if (firstShortfall === null) continue;
    const day = absolute(firstShortfall).slice(0, 10);
    yield {
      urgent: false,
      what: `From ${day} on the treasury has less ${currency} than is payable`,
      step: "Fund the treasury before",
      href: programHref(slug, "payouts"),
    };
  }
}

function* ofIntents({ slug, standing: { stuck, statistics } }: Seen): Generator<Task> {
  const { value = 0, exact = true } = stuck?.totalCount ?? {};
  if (value > 0) {
    const count = exact ? value : value - 1;
    yield {
      urgent: true,
      what: `${exact ? "" : "Over "}${counted(count, "intent is", "intents are")} stuck`,
      step: "See what they wait for",
      href: programHref(slug, "intents", { stuck: "yes" }),
    };
  }
  if (statistics?.gasBudgetRemaining?.minor === "0") {
    yield {
      urgent: true,
      what: "Today's gas budget is spent: nothing more is sent until tomorrow",
      step: "See what waits",
      href: programHref(slug, "intents", { status: ["PENDING"] }),
    };
  }
}

function* ofLanes({ slug, lanes }: Seen): Generator<Task> {
  const href = programHref(slug, "system");
  const halted = lanes?.filter(({ status }) => status === "HALTED").length ?? 0;
  const short =
    lanes?.filter(({ status, health }) => status !== "HALTED" && health !== "OK").length ?? 0;
  if (halted > 0) {
    const what = `${counted(halted, "relayer lane is", "relayer lanes are")} halted`;
    yield { urgent: true, what, step: "See why", href };
  }
  if (short > 0) {
    const what = `${counted(short, "relayer lane has", "relayer lanes have")} an unusual balance`;
    yield { urgent: false, what, step: "See balances", href };
  }
}

import { describe, expect, it } from "vitest";
import { type Seen, type Standing, tasksOf } from "./tasks";

const dashboard: Seen["dashboard"] = {
  at: "2026-11-23T10:00:00Z",
  intentsByStatus: [],
  settledPerSecond: 1,
  p95SettlementSeconds: 2,
  queueDepth: 0,
  volumeToday: [],
  batchesAwaitingApproval: 0,
  ledgerBalanced: true,
  openDiscrepancies: 0,
};

const standing: Standing = {
  id: "prg_1",
  status: "ACTIVE",
  now: "2026-11-23T10:00:00Z",
  pause: null,
  balances: [],
  coverage: [],
  stuck: { totalCount: { value: 0, exact: true } },
  statistics: { gasSpent: { amount: "0", currency: "ETH" }, gasBudgetRemaining: null },
  reconciliationRuns: { nodes: [] },
};

const seen: Seen = { slug: "aurora", dashboard, standing, lanes: null };

function tasks(change: Partial<Standing>, counters: Partial<Seen["dashboard"]> = {}) {
  return tasksOf({
    ...seen,
    dashboard: { ...dashboard, ...counters },
    standing: { ...standing, ...change },
  });
}

describe("tasksOf", () => {
  it("is empty where all goes on by itself", () => {
    expect(tasksOf(seen)).toEqual([]);
  });

  it("leads to what is stuck, and says when there are more than were counted", () => {
    expect(tasks({ stuck: { totalCount: { value: 10_001, exact: false } } })).toEqual([
      {
        urgent: true,
        what: "Over 10,000 intents are stuck",
        step: "See what they wait for",
        href: "#/p/aurora/intents?stuck=yes",
      },
    ]);
  });

  it("puts what cannot wait first", () => {
    const pause = { reason: "a test", since: "2026-11-23T10:00:00Z" };
    const found = tasks({ pause }, { batchesAwaitingApproval: 2, openDiscrepancies: 1 });
    expect(found.map(({ what }) => what)).toEqual([
      "The program is paused: a test",
      "1 discrepancy nobody has explained",
      "2 payout batches wait for owners' signatures",
    ]);
  });

  it("names the day from which the treasury is short", () => {
    const coverage = {
      currency: "USDC",
      treasury: { amount: "1.00", currency: "USDC" },
      due: [],
      firstShortfall: "2026-12-24T00:00:00Z",
    };
    expect(tasks({ coverage: [coverage] }).map(({ what }) => what)).toEqual([
      "From 2026-12-24 on the treasury has less USDC than is payable",
    ]);
  });

  it("tells a failed reconciliation only while it is the newest that ended", () => {
    const run = (status: "FAILED" | "CLEAN" | "RUNNING", finishedAt: string | null) => ({
      id: status,
      status,
      startedAt: "2026-11-23T02:00:00Z",
      finishedAt,
    });
    const failed = run("FAILED", "2026-11-23T02:01:00Z");
    const running = run("RUNNING", null);
    const clean = run("CLEAN", "2026-11-23T03:00:00Z");
    expect(tasks({ reconciliationRuns: { nodes: [running, failed, clean] } })).toHaveLength(1);
    expect(tasks({ reconciliationRuns: { nodes: [clean, failed] } })).toEqual([]);
  });

  it("says a spent gas budget, and nothing where there is none", () => {
    const statistics = (minor: string) => ({
      gasSpent: { amount: "0", currency: "ETH" },
      gasBudgetRemaining: { amount: "0", currency: "ETH", minor },
    });
    expect(tasks({ statistics: statistics("0") })).toHaveLength(1);
    expect(tasks({ statistics: statistics("1") })).toEqual([]);
  });

  it("tells halted lanes from those whose balance is unusual", () => {
    const lanes = [
      { id: "lan_1", status: "HALTED", health: "DOWN" },
      { id: "lan_2", status: "ACTIVE", health: "DEGRADED" },
      { id: "lan_3", status: "ACTIVE", health: "OK" },
    ] as const;
    const found = tasksOf({ ...seen, lanes: [...lanes] });
    expect(found.map(({ what }) => what)).toEqual([
      "1 relayer lane is halted",
      "1 relayer lane has an unusual balance",
    ]);
  });
});

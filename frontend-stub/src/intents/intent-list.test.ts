import { describe, expect, it } from "vitest";
import {
  extended,
  joining,
  moved,
  patched,
  type Row,
  shown,
  waiting,
  withHead,
} from "./intent-list";
import type { Told } from "./told";

const row = (id: string, version = 1, over: Partial<Row> = {}): Row => ({
  id,
  version,
  kind: "PAYMENT",
  status: "PENDING",
  stage: "QUEUED",
  confirmations: null,
  requiredConfirmations: null,
  wallet: null,
  amount: { amount: "10.00", currency: "USDC" },
  attempts: [],
  failure: null,
  createdAt: "2026-11-22T10:00:00Z",
  updatedAt: "2026-11-22T10:00:00Z",
  ...over,
});
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);

describe("patched", () => {
  it("replaces by newer versions only, in place", () => {
    const list = shown([row("b", 2), row("a", 5)]);
    const next = patched(list, [row("a", 6, { status: "CONFIRMED" }), row("b", 1), row("z", 9)]);
    expect(ids(next.rows)).toEqual(["b", "a"]);
    expect(next.rows.map(({ version }) => version)).toEqual([2, 6]);
  });

  it("takes confirmations that rise within one version", () => {
    const mined = { stage: "MINED", confirmations: 1 } as const;
    const list = shown([row("a", 3, mined)]);
    expect(
      patched(list, [row("a", 3, { ...mined, confirmations: 2 })]).rows[0]?.confirmations,
    ).toBe(2);
  });

  it("is the same list when nothing is newer", () => {
    const list = shown([row("a", 3)]);
    expect(patched(list, [row("a", 3), row("a", 2)])).toBe(list);
  });
});

describe("withHead", () => {
  it("keeps newcomers out of the rows and counts them", () => {
    const list = withHead(shown([row("b"), row("a")]), [row("d"), row("c"), row("b", 2)]);
    expect(ids(list.rows)).toEqual(["b", "a"]);
    expect(list.rows[0]?.version).toBe(2);
    expect(waiting(list)).toEqual({ count: 2, more: false });
  });

  it("says that there may be more when nothing on the newest page is known", () => {
    expect(waiting(withHead(shown([row("a")]), [row("c"), row("b")]))).toEqual({
      count: 2,
      more: true,
    });
  });

  it("fills an empty list at once: there is nothing that could jump", () => {
    const list = withHead(shown([]), [row("a")]);
    expect(ids(list.rows)).toEqual(["a"]);
    expect(waiting(list).count).toBe(0);
  });
});

it("adds a later page below, without repeating a row", () => {
  const list = extended(shown([row("c"), row("b")]), [row("b"), row("a")]);
  expect(ids(list.rows)).toEqual(["c", "b", "a"]);
  expect(waiting(list).count).toBe(0);
});

describe("moved", () => {
  const at = "2026-11-22T10:00:02.000001Z";
  const told: Told = {
    id: "a",
    at,
    status: "CONFIRMED",
    stage: "FINAL",
    failure: null,
    accepted: null,
  };

  it("shows what an event told, where the row stands", () => {
    const mined = row("a", 4, { stage: "MINED", confirmations: 1, requiredConfirmations: 3 });
    const list = moved(shown([row("b"), mined]), told);
    expect(ids(list.rows)).toEqual(["b", "a"]);
    expect(list.rows[1]).toMatchObject({
      status: "CONFIRMED",
      stage: "FINAL",
      confirmations: null,
    });
  });

  it("drops what is older than the row, and what is not shown", () => {
    const list = shown([row("a", 6, { updatedAt: at, status: "CONFIRMED" })]);
    expect(moved(list, { ...told, status: "PROCESSING" })).toBe(list);
    expect(moved(list, { ...told, id: "z" })).toBe(list);
  });

  it("is not taken back by what was read before", () => {
    const list = moved(shown([row("a", 3)]), told);
    const before = row("a", 4, { stage: "MINED", updatedAt: "2026-11-22T10:00:01Z" });
    expect(patched(list, [before])).toBe(list);
    const after = row("a", 5, { status: "CONFIRMED", stage: "FINAL", updatedAt: at });
    expect(patched(list, [after]).rows[0]?.version).toBe(5);
  });
});

it("counts an accepted intent at once, and once", () => {
  const list = joining(shown([row("a")]), "b");
  expect(waiting(list)).toEqual({ count: 1, more: false });
  expect(waiting(withHead(list, [row("b"), row("a")]))).toEqual({ count: 1, more: false });
});

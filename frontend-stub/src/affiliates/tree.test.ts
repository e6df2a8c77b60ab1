import { describe, expect, it } from "vitest";
import {
  type Branch,
  type Branches,
  left,
  linesOf,
  type Member,
  step,
  top,
  unread,
  updated,
} from "./tree";

const member = (id: string, directMembers = 0): Member => ({
  id,
  referralCode: id.toUpperCase(),
  displayName: null,
  status: "ACTIVE",
  wallet: null,
  sums: {
    members: directMembers,
    directMembers,
    referredUsers: 0,
    volume: { amount: "0", currency: "USDC" },
  },
});
const read = (members: readonly Member[], over: Partial<Branch> = {}): Branch => ({
  ...unread,
  busy: false,
  members,
  ...over,
});
const words = (branches: Branches, open: readonly string[]) =>
  linesOf(branches, new Set(open)).map(
    (line) => `${line.level} ${line.kind === "member" ? line.member.id : line.kind}`,
  );

const branches = new Map([
  [top, read([member("a", 2), member("b")], { hasMore: true })],
  ["a", read([member("c", 1), member("d")])],
  ["c", read([member("e")])],
]);

describe("linesOf", () => {
  it("lays out what is open, each child below its parent", () => {
    expect(words(branches, [])).toEqual(["1 a", "1 b", "1 more"]);
    expect(words(branches, ["a", "c"])).toEqual(["1 a", "2 c", "3 e", "2 d", "1 b", "1 more"]);
  });

  it("keeps a closed branch's children closed with it", () => {
    expect(words(branches, ["c"])).toEqual(["1 a", "1 b", "1 more"]);
  });

  it("says that a branch is on its way, or that it failed", () => {
    expect(words(new Map([[top, unread]]), [])).toEqual(["1 waiting"]);
    const failure = { code: "NETWORK", message: "no" };
    expect(words(new Map([[top, { ...unread, failure }]]), [])).toEqual(["1 failed"]);
  });

  it("offers to open those only who have somebody below", () => {
    const [a, b] = linesOf(branches, new Set());
    expect([a, b]).toMatchObject([{ expandable: true }, { expandable: false }]);
  });
});

describe("step", () => {
  const lines = linesOf(branches, new Set(["a", "c"]));
  it.each([
    [0, "ArrowDown", 1],
    [0, "ArrowUp", null],
    [0, "ArrowRight", 1],
    [2, "ArrowRight", null],
    [2, "ArrowLeft", 1],
    [3, "ArrowLeft", 0],
    [4, "ArrowLeft", null],
    [3, "Home", 0],
    [0, "End", 5],
    [5, "ArrowDown", null],
    [0, "a", null],
  ])("from line %i, %s leads to %s", (at, key, to) => {
    expect(step(lines, at, key)).toBe(to);
  });
});

it("renews members where they stand, and leaves other branches as they are", () => {
  const next = updated(branches, new Map([["d", { ...member("d"), status: "SUSPENDED" }]]));
  expect(next.get("a")?.members.map(({ status }) => status)).toEqual(["ACTIVE", "SUSPENDED"]);
  expect(next.get("c")).toBe(branches.get("c"));
});

it("counts what is left of a branch, when that was counted", () => {
  const some = read([member("a")], { total: { value: 12, exact: true } });
  expect(left(some)).toBe(11);
  expect(left({ ...some, total: { value: 10_001, exact: false } })).toBeNull();
});

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Failure } from "../values/failure";
import { type Member, top } from "./tree";
import type { Answer, TreeSource } from "./tree-source";
import { TreeStore } from "./tree-store";

const member = (id: string): Member => ({
  id,
  referralCode: id,
  displayName: null,
  status: "ACTIVE",
  wallet: null,
  sums: null,
});

const usdc = { amount: "0", currency: "USDC" };

/** A server that answers when the test says so, in whichever order. */
class Server {
  readonly asked: {
    parent: string;
    answer: (members: Member[], hasMore?: boolean) => void;
    refuse: (failure: Failure) => void;
  }[] = [];

  readonly source: TreeSource = {
    top: () => this.#ask(top),
    below: (id) => this.#ask(id),
    newer: null,
  };

  #ask(parent: string): Promise<Answer> {
    return new Promise((resolve) => {
      const answer = (members: Member[], hasMore = false) => {
        const total = { value: members.length, exact: true };
        resolve({ part: { members, end: members.at(-1)?.id ?? null, hasMore, total } });
      };
      const refuse = (failure: Failure) => resolve({ failure });
      this.asked.push({ parent, answer, refuse });
    });
  }

  async answer(place: number, ids: string[], hasMore = false): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
    const asked = this.asked[place];
    if (!asked) throw new Error("nothing was asked");
    asked.answer(ids.map(member), hasMore);
    await vi.advanceTimersByTimeAsync(0);
  }
}

let server: Server;
let store: TreeStore;
const shown = () =>
  store.state().lines.map((line) => (line.kind === "member" ? line.member.id : line.kind));

beforeEach(async () => {
  vi.useFakeTimers();
  // Nobody looks: sums are not read again by the clock.
  vi.stubGlobal("document", { visibilityState: "hidden" });
  server = new Server();
  store = new TreeStore(server.source);
  store.start();
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => {
  store.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks for one branch by one question at a time: no answer covers a newer one", async () => {
  await server.answer(0, ["a", "b"], true);
  store.more(top);
  store.again(top);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.asked).toHaveLength(2);
  await server.answer(1, ["c"]);
  expect(shown()).toEqual(["a", "b", "c"]);
  await server.answer(2, ["new", "a", "b", "c"]);
  expect(shown()).toEqual(["new", "a", "b", "c"]);
});

it("takes many arrivals together, and those during a look with the next", async () => {
  await server.answer(0, ["a"]);
  for (let n = 0; n < 50; n += 1) store.again(top);
  await vi.advanceTimersByTimeAsync(100);
  expect(server.asked).toHaveLength(2);
  for (let n = 0; n < 50; n += 1) store.again(top);
  await server.answer(1, ["b", "a"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.asked).toHaveLength(3);
  await server.answer(2, ["c", "b", "a"]);
  expect(shown()).toEqual(["c", "b", "a"]);
});

it("reads again all that is open, and nothing else", async () => {
  await server.answer(0, ["a", "b"]);
  store.open("a");
  store.open("b");
  await server.answer(1, ["a1"]);
  await server.answer(2, ["b1"]);
  store.close("b");
  store.allAgain();
  await vi.advanceTimersByTimeAsync(100);
  await server.answer(3, ["a", "b"]);
  await server.answer(4, ["a1"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.asked.slice(3).map(({ parent }) => parent)).toEqual([top, "a"]);
});

it("opens the only one at the top, who has somebody below", async () => {
  const sums = { members: 3, directMembers: 1, referredUsers: 0, volume: usdc };
  server.asked[0]?.answer([{ ...member("only"), sums }]);
  await vi.advanceTimersByTimeAsync(0);
  await server.answer(1, ["below"]);
  expect(shown()).toEqual(["only", "below"]);
});

it("asks again for what was refused, when the server wants it", async () => {
  await server.answer(0, ["a"]);
  store.again(top);
  await vi.advanceTimersByTimeAsync(100);
  server.asked[1]?.refuse({ code: "RATE_LIMITED", message: "", retryAfterSeconds: 30 });
  await vi.advanceTimersByTimeAsync(29_000);
  expect(server.asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(2_000);
  await server.answer(2, ["b", "a"]);
  expect(shown()).toEqual(["b", "a"]);
});

it("reads a closed branch again when it is opened after everything may have changed", async () => {
  await server.answer(0, ["a", "b"]);
  store.open("a");
  await server.answer(1, ["gone"]);
  store.close("a");
  store.allAgain();
  await vi.advanceTimersByTimeAsync(100);
  await server.answer(2, ["a", "b"]);
  store.open("a");
  await server.answer(3, ["new"]);
  expect(shown()).toEqual(["a", "new", "b"]);
});

it("asks for nothing after it was stopped", async () => {
  await server.answer(0, ["a"]);
  store.again(top);
  store.stop();
  store.again(top);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toHaveLength(1);
});

it("goes on with what it has when it is started again", async () => {
  await server.answer(0, ["a", "b"], true);
  store.stop();
  store.start();
  await vi.advanceTimersByTimeAsync(100);
  await server.answer(1, ["z", "a", "b"], true);
  expect(shown()).toEqual(["z", "a", "b", "more"]);
});

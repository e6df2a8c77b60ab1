import { expect, test, vi } from "vitest";
import type { Api } from "./api";
import { below, type Connection, joined, PagedList } from "./pages";

interface Row {
  readonly id: string;
}
type Answer = { list: Connection<Row> };

const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id }));
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, place) => String(from + place));

/** Answers each question when the test says so, from the ids that there are by then. */
function served(ids: { all: string[] }) {
  const waiting: (() => void)[] = [];
  const query = (_: unknown, { first, after }: { first: number; after: string | null }) => ({
    toPromise: () =>
      new Promise((resolve) => {
        waiting.push(() => {
          const start = after === null ? 0 : ids.all.indexOf(after) + 1;
          const page = ids.all.slice(start, start + first);
          const list = {
            nodes: rows(...page),
            pageInfo: {
              hasNextPage: start + first < ids.all.length,
              endCursor: page.at(-1) ?? null,
            },
            totalCount: { value: ids.all.length, exact: true },
          };
          resolve({ data: { list } });
        });
      }),
  });
  const api = { direct: { query } } as unknown as Api;
  const list = new PagedList<Answer, Row>(api, {} as never, {}, { pick: (data) => data.list });
  const answer = async () => {
    while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    waiting.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { list, answer, waiting };
}

const shownIds = (list: PagedList<Answer, Row>) => list.state().rows?.map(({ id }) => id);

test("rows that come in on top push none out of the middle", async () => {
  const ids = { all: numbers(1, 260) };
  const { list, answer } = served(ids);
  list.start();
  await answer();
  for (let page = 0; page < 5; page++) {
    list.more();
    await answer();
  }
  expect(shownIds(list)).toEqual(numbers(1, 260));
  ids.all = ["new-3", "new-2", "new-1", ...ids.all];
  list.refresh();
  await answer();
  expect(shownIds(list)).toEqual(ids.all);
  list.stop();
});

test("a further page that was asked for during a look comes after it, and leaves no gap", async () => {
  const ids = { all: numbers(1, 200) };
  const { list, answer, waiting } = served(ids);
  list.start();
  await answer();
  ids.all = ["new-2", "new-1", ...ids.all];
  list.refresh();
  while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  list.more();
  expect(waiting).toHaveLength(1);
  await answer();
  await answer();
  expect(shownIds(list)).toEqual(ids.all.slice(0, shownIds(list)?.length));
  expect(shownIds(list)?.length).toBeGreaterThan(90);
  list.stop();
});

test("what happens during a look is looked at after it", async () => {
  const ids = { all: numbers(1, 3) };
  const { list, answer, waiting } = served(ids);
  list.start();
  while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  list.refresh();
  await answer();
  ids.all = ["new", ...ids.all];
  await answer();
  expect(shownIds(list)).toEqual(["new", "1", "2", "3"]);
  list.stop();
});

test("what is below a newer page", () => {
  expect(below(rows("a", "b", "c"), rows("x", "a", "b"))).toEqual(rows("c"));
  expect(below(rows("a", "b"), rows("x", "y"))).toEqual([]);
  expect(below(rows("a"), [])).toEqual([]);
  expect(joined(rows("a", "b"), rows("b", "c"))).toEqual(rows("a", "b", "c"));
});

test("what else an answer holds is of the same moment as its rows, also where there is no list", async () => {
  const ids = { all: numbers(1, 3) };
  const { list, answer } = served(ids);
  expect(list.state().answer).toBeNull();
  list.start();
  await answer();
  expect(list.state().answer?.list.nodes).toEqual(list.state().rows);
  list.stop();
  const nothing = { direct: { query: () => ({ toPromise: async () => ({ data: {} }) }) } };
  const absent = new PagedList<object, Row>(
    nothing as unknown as Api,
    {} as never,
    {},
    {
      pick: () => null,
    },
  );
  absent.start();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(absent.state()).toMatchObject({ answer: {}, rows: null, failure: { code: "FORBIDDEN" } });
  absent.stop();
});

test("after an event it looks once more, when no replica that answers can lack it", async () => {
  vi.useFakeTimers();
  let stored = rows("1");
  const tells: ((value: unknown) => void)[] = [];
  const list = {
    pageInfo: { hasNextPage: false, endCursor: null },
    totalCount: { value: 1, exact: true },
  };
  const query = () => ({ toPromise: async () => ({ data: { list: { ...list, nodes: stored } } }) });
  const subscribe = (_: unknown, { next }: { next: (value: unknown) => void }) => {
    tells.push(next);
    return () => {};
  };
  const api = { direct: { query }, socket: { subscribe } } as unknown as Api;
  const paged = new PagedList<Answer, Row>(
    api,
    {} as never,
    {},
    {
      pick: (data) => data.list,
      live: { types: [], at: () => ({ id: "prg_1", eventCursor: "c0" }) },
    },
  );
  paged.start();
  await vi.advanceTimersByTimeAsync(100);
  for (const tell of tells) tell({ data: { programEvents: { type: "PAYOUT", cursor: "c1" } } });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(shownIds(paged)).toEqual(["1"]);
  stored = rows("2", "1");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(shownIds(paged)).toEqual(["2", "1"]);
  paged.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("what was read stays when a later read fails, also where that holds the list as null", async () => {
  const list = {
    nodes: rows("1"),
    pageInfo: { hasNextPage: false, endCursor: "1" },
    totalCount: { value: 1, exact: true },
  };
  const refused = { graphQLErrors: [{ message: "Try again.", extensions: { code: "INTERNAL" } }] };
  let answer: object = { data: { list } };
  const query = () => ({ toPromise: async () => answer });
  const api = { direct: { query } } as unknown as Api;
  const paged = new PagedList<Answer, Row>(api, {} as never, {}, { pick: (data) => data.list });
  paged.start();
  await vi.waitFor(() => expect(shownIds(paged)).toEqual(["1"]));
  answer = { data: { list: null }, error: refused };
  paged.refresh();
  await vi.waitFor(() => expect(paged.state().failure?.code).toBe("INTERNAL"));
  paged.stop();
  expect(paged.state().answer).toEqual({ list });
});

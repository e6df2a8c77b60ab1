import { expect, it } from "vitest";
import { parsePlace } from "../routing";
import { asked, filterOf, searched, searchFor } from "./list-filter";

const wallet = `0x${"aB".repeat(20)}`;
const hash = `0x${"0f".repeat(32)}`;
const of = (search: string) => filterOf(parsePlace(`#/p/aurora/intents?${search}`).query);

it("reads the address, and leaves out what is not said", () => {
  expect(asked(of(""))).toEqual({});
  expect(asked(of(`status=FAILED,NONSENSE&stuck=yes&wallet=${wallet}`))).toEqual({
    status: ["FAILED"],
    stuck: true,
    wallet,
  });
});

it("asks for a transaction by the name that lists and exports know", () => {
  expect(asked(of(`kind=PAYMENT&transaction=${hash}`))).toEqual({
    kind: ["PAYMENT"],
    transactionHash: hash,
  });
});

it("knows ids, wallets and transactions by their shape; the rest are keys", () => {
  expect(searchFor("int_01m845x7mbeae8kbfn4ef97hte")).toEqual({
    kind: "intent",
    id: "int_01m845x7mbeae8kbfn4ef97hte",
  });
  const nothing = { wallet: null, transaction: null, key: null };
  const filter = (query: object) => ({ kind: "filter", query: { ...nothing, ...query } });
  expect(searchFor(wallet)).toEqual(filter({ wallet }));
  expect(searchFor(hash)).toEqual(filter({ transaction: hash }));
  const unfiltered = { status: null, kind: null, stuck: null };
  expect(searchFor("order 4711")).toEqual(filter({ ...unfiltered, key: "order 4711" }));
  expect(searchFor("")).toEqual(filter({}));
});

it("filters nothing while a key is searched for: it names one intent", () => {
  expect(asked(of("status=FAILED&kind=PAYMENT&stuck=yes&key=order"))).toEqual({});
});

it("shows in the search what the address holds", () => {
  expect(searched(new URLSearchParams({ key: "order 4711" }))).toBe("order 4711");
  expect(searched(new URLSearchParams())).toBe("");
});

import { describe, expect, it } from "vitest";
import { intentHref, intentsHref, overviewHref, parseRoute } from "./routing";

describe("parseRoute", () => {
  it.each([
    ["", { page: "programs" }],
    ["#/", { page: "programs" }],
    ["#/p/acme", { page: "overview", slug: "acme" }],
    ["#/p/acme/intents", { page: "intents", slug: "acme", status: [], kind: [] }],
    ["#/p/acme/intents/int_1", { page: "intent", slug: "acme", id: "int_1" }],
    ["#/p/acme/payouts", { page: "unknown" }],
    ["#/p/%E0", { page: "overview", slug: "%E0" }],
    ["#/elsewhere", { page: "unknown" }],
  ])("%s", (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  it("takes the filters it knows, in one order, and ignores others", () => {
    expect(parseRoute("#/p/acme/intents?status=FAILED,PENDING,NO&kind=PAYMENT&x=1")).toEqual({
      page: "intents",
      slug: "acme",
      status: ["PENDING", "FAILED"],
      kind: ["PAYMENT"],
    });
  });
});

it("reads back what it writes", () => {
  expect(parseRoute(overviewHref("a b"))).toEqual({ page: "overview", slug: "a b" });
  expect(parseRoute(intentHref("acme", "int_1"))).toMatchObject({ id: "int_1" });
  const query = { status: ["FAILED"], kind: ["REGISTRATION"] } as const;
  expect(intentsHref("acme", query)).toBe("#/p/acme/intents?status=FAILED&kind=REGISTRATION");
  expect(parseRoute(intentsHref("acme", query))).toMatchObject(query);
});

import { describe, expect, it } from "vitest";
import { href, intentHref, named, parsePlace, programHref } from "./routing";

describe("parsePlace", () => {
  it.each([
    ["", []],
    ["#/", []],
    ["#/p/acme", ["p", "acme"]],
    ["#/p/acme/intents/int_1", ["p", "acme", "intents", "int_1"]],
    ["#/p/a%20b", ["p", "a b"]],
    ["#/p/%E0", ["p", "%E0"]],
  ])("%s", (hash, path) => {
    expect(parsePlace(hash).path).toEqual(path);
  });
});

it("reads back what it writes", () => {
  expect(parsePlace(intentHref("a/b", "int_1")).path).toEqual(["p", "a/b", "intents", "int_1"]);
  const address = programHref("acme", "intents", { status: ["FAILED", "PENDING"], wallet: "0x1" });
  expect(address).toBe("#/p/acme/intents?status=FAILED,PENDING&wallet=0x1");
  expect(parsePlace(address).query.get("wallet")).toBe("0x1");
});

it("leaves out what is not chosen", () => {
  expect(href(["p"], { status: [], kind: null, search: "", stuck: undefined })).toBe("#/p");
});

it("takes the values it knows, in one order", () => {
  const { query } = parsePlace("#/p/acme/intents?status=FAILED,PENDING,NO");
  expect(named(query, "status", ["PENDING", "FAILED", "CONFIRMED"])).toEqual(["PENDING", "FAILED"]);
  expect(named(query, "kind", ["PAYMENT"])).toEqual([]);
});

import { expect, it } from "vitest";
import { askedAgain, begun, newer, seen } from "./told";

it("keeps what was told over a read that was on its way", () => {
  let known = begun<string, string>("read 1");
  known = askedAgain(known);
  known = seen(known, "read 1", "told 1");
  expect(newer(known)).toBe("told 1");
  known = seen(known, "read 2", "told 1");
  expect(newer(known)).toBe("told 1");
});

it("gives way to a read that was asked after it, and to nothing told before", () => {
  let known = seen(begun<string, string>("read 1"), "read 1", "told 1");
  known = seen(askedAgain(known), "read 2", "told 1");
  expect(newer(known)).toBeUndefined();
  known = seen(known, "read 2", "told 2");
  expect(newer(known)).toBe("told 2");
});

it("changes nothing where nothing is new", () => {
  const known = seen(begun<string, string>("read 1"), "read 1", "told 1");
  expect(seen(known, "read 1", "told 1")).toBe(known);
});

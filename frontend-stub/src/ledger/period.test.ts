import { expect, it } from "vitest";
import { instantIn, instantOf, justBefore, typedOf } from "./period";

it("reads and writes instants in UTC", () => {
  expect(instantOf("2026-11-22T10:00")).toBe("2026-11-22T10:00:00Z");
  expect(instantOf("")).toBeNull();
  expect(typedOf("2026-11-22T10:00:00Z")).toBe("2026-11-22T10:00:00");
  expect(typedOf("yesterday")).toBe("");
});

it("takes an instant from the address, and no nonsense", () => {
  const query = new URLSearchParams("from=2026-11-22T10:00:00Z&to=soon");
  expect(instantIn(query, "from")).toBe("2026-11-22T10:00:00Z");
  expect(instantIn(query, "to")).toBeUndefined();
  expect(instantIn(query, "asOf")).toBeUndefined();
});

it("ends a period before its end", () => {
  expect(justBefore("2026-11-22T10:00:00Z")).toBe("2026-11-22T09:59:59.999999Z");
});

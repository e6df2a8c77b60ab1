import { expect, it } from "vitest";
import { belongs, toldBy } from "./told";

const wallet = "0x6E9496C70c875e218259ce6FC4f5Ee6f61d4592B";
const event = (name: string, data: object) => ({
  cursor: "c1",
  type: "INTENT" as const,
  name,
  at: "2026-11-22T10:00:00.000001Z",
  entityId: "int_1",
  data: { v: 1, ...data },
});
const accepted = toldBy(
  event("intent.accepted", { status: "PENDING", stage: "QUEUED", kind: "PAYMENT", wallet }),
);

it("takes from an event what it says", () => {
  expect(toldBy(event("intent.mined", { status: "PROCESSING", stage: "MINED" }))).toEqual({
    id: "int_1",
    at: "2026-11-22T10:00:00.000001Z",
    status: "PROCESSING",
    stage: "MINED",
    failure: null,
    accepted: null,
  });
  const failed = { status: "FAILED", stage: "QUEUED", code: "CANCELLED", retryable: false };
  expect(toldBy(event("intent.failed", failed))?.failure).toEqual({
    code: "CANCELLED",
    message: "",
    retryable: false,
  });
});

it("takes nothing from an event that says less, or words it does not know", () => {
  expect(toldBy(event("intent.told", {}))).toBeNull();
  expect(toldBy(event("intent.held", { status: "HELD", stage: "QUEUED" }))).toBeNull();
  expect(toldBy({ ...event("intent.mined", {}), data: null })).toBeNull();
});

it("puts a new intent on the lists that it matches", () => {
  if (!accepted) return expect.fail("it says all");
  expect(belongs(accepted, {})).toBe(true);
  expect(belongs(accepted, { kind: ["PAYMENT"], status: ["PENDING", "FAILED"] })).toBe(true);
  expect(belongs(accepted, { wallet: wallet.toLowerCase() })).toBe(true);
  expect(belongs(accepted, { kind: ["REGISTRATION"] })).toBe(false);
  expect(belongs(accepted, { status: ["CONFIRMED"] })).toBe(false);
  expect(belongs(accepted, { wallet: `0x${"1".repeat(40)}` })).toBe(false);
  expect(belongs(accepted, { stuck: true })).toBe(false);
  expect(belongs(accepted, { transactionHash: `0x${"1".repeat(64)}` })).toBe(false);
});

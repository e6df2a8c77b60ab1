import { describe, expect, it } from "vitest";
import { backoffMs, linkStatus } from "./link-status";

describe("linkStatus", () => {
  it("is connecting until the server was heard once", () => {
    expect(linkStatus({ phase: "connecting", heardAt: null }, 99_000).kind).toBe("connecting");
    expect(linkStatus({ phase: "lost", heardAt: null }, 99_000).kind).toBe("connecting");
  });

  it("is live while the open socket is heard", () => {
    expect(linkStatus({ phase: "open", heardAt: 1_000 }, 25_000)).toEqual({ kind: "live" });
  });

  it("is stale since the last word when an open socket falls silent", () => {
    expect(linkStatus({ phase: "open", heardAt: 1_000 }, 26_000)).toEqual({
      kind: "stale",
      sinceMs: 1_000,
    });
  });

  it("reconnects quietly at first, then says since when it is stale", () => {
    expect(linkStatus({ phase: "lost", heardAt: 1_000 }, 5_999).kind).toBe("reconnecting");
    expect(linkStatus({ phase: "connecting", heardAt: 1_000 }, 6_000)).toEqual({
      kind: "stale",
      sinceMs: 1_000,
    });
  });

  it("does not hide that it gave up", () => {
    expect(linkStatus({ phase: "stopped", heardAt: 1_000 }, 1_001).kind).toBe("stopped");
  });
});

describe("backoffMs", () => {
  it("doubles, within bounds, and is spread", () => {
    expect(backoffMs(0, 0)).toBe(250);
    expect(backoffMs(3, 1)).toBe(4_000);
    expect(backoffMs(50, 1)).toBe(15_000);
  });
});

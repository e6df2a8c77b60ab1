import { describe, expect, it } from "vitest";
import { instantsOf, periodIn } from "./period";

const today = "2026-11-23";
const asked = (text: string) => periodIn(new URLSearchParams(text), today);

describe("periodIn", () => {
  it.each([
    ["", "2026-10-25", "2026-11-23"],
    ["from=2026-11-01", "2026-11-01", "2026-11-23"],
    ["to=2026-03-01", "2026-01-31", "2026-03-01"],
    ["from=2026-11-20&to=2026-11-10", "2026-11-10", "2026-11-10"],
    ["from=yesterday&to=2026-13-01", "2026-10-25", "2026-11-23"],
  ])("%s is %s to %s", (text, from, to) => {
    expect(asked(text)).toEqual({ from, to });
  });

  it("ends with its last day's last instant", () => {
    expect(instantsOf({ from: "2026-12-31", to: "2026-12-31" })).toEqual({
      from: "2026-12-31T00:00:00Z",
      to: "2027-01-01T00:00:00Z",
    });
  });
});

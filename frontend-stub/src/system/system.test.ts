import { describe, expect, it } from "vitest";
import { placeOf, verdictOf } from "./gauge-scale";
import { type Component, grouped, nameOf } from "./words";

const thresholds = { minimum: "0.05", low: "0.1", high: "0.5" };

describe("placeOf", () => {
  it.each([
    ["0", 0],
    ["0.025", 7.5],
    ["0.05", 15],
    ["0.1", 30],
    ["0.3", 55],
    ["0.5", 80],
    ["1", 100],
    ["10000", 100],
  ])("%s ETH is at %d %%", (balance, place) => {
    expect(placeOf(balance, thresholds)).toBeCloseTo(place);
  });
});

describe("verdictOf", () => {
  it.each([
    ["0.049999999999999999", "bad"],
    ["0.05", "warn"],
    ["0.1", "good"],
    ["0.5", "good"],
    ["0.51", "warn"],
  ])("%s ETH: %s", (balance, tone) => {
    expect(verdictOf(balance, thresholds).tone).toBe(tone);
  });
});

describe("grouped", () => {
  const component = (name: string): Component => ({
    name,
    health: "OK",
    detail: null,
    latencyMs: null,
  });

  it("keeps what belongs together, and leaves out nothing that is new", () => {
    const names = ["redis", "feed lag", "chain 1", "quantum", "workers", "watcher of chain 1"];
    const found = grouped(names.map(component)).map(({ title, components }) => [
      title,
      ...components.map(({ name }) => name),
    ]);
    expect(found).toEqual([
      ["What it stands on", "redis", "chain 1"],
      ["How far it is behind", "feed lag", "watcher of chain 1"],
      ["Who works", "workers"],
      ["Others", "quantum"],
    ]);
  });

  it("calls parts by their names", () => {
    expect(["postgresql", "chain 31337", "redis", "provider events"].map(nameOf)).toEqual([
      "PostgreSQL",
      "Node of chain 31337",
      "Redis",
      "Provider events",
    ]);
  });
});

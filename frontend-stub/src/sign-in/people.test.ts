import { describe, expect, it } from "vitest";
import type { DemoRole, DemoWallet } from "../wallets/demo-wallets";
import { nameIn, nameWithin } from "../wallets/demo-wallets";
import { byKind, programsOf } from "./people";

const aurora = { slug: "aurora", name: "Aurora Academy" };

function person(name: string, roles: readonly DemoRole[], program: DemoWallet["program"] = aurora) {
  return { name, roles, program, address: name, privateKey: "0x1", referralCode: null } as const;
}

const operator = person("Operator of the platform", ["OPERATOR"], null);
const first = person("Owner 1 of Aurora Academy", ["ADMIN", "OWNER"]);
const second = person("Owner 2 of Aurora Academy", ["OWNER"]);
const people = [operator, first, second];

describe("the demo's people", () => {
  it("stand under the most that they are, each once", () => {
    const shown = byKind(people).map((kind) => [kind.role, kind.people]);
    expect(shown).toEqual([
      ["ADMIN", [first]],
      ["OWNER", [second]],
      ["OPERATOR", [operator]],
    ]);
  });

  it("are of programs, the operator of none", () => {
    expect([...programsOf(people)]).toEqual([["aurora", "Aurora Academy"]]);
  });

  it("are called shortly where the place is named", () => {
    expect(nameWithin(first)).toBe("Owner 1");
    expect(nameWithin(operator)).toBe("Operator");
    expect(nameWithin(person("Kelp Club", ["AFFILIATE"]))).toBe("Kelp Club");
  });

  it("are called by their whole name where another program is in view", () => {
    const kelp = { slug: "kelp", name: "Kelp Club" };
    const elsewhere = { ...person("Owner 3 of Kelp Club", ["OWNER"], kelp), address: "0xAB" };
    const here = { ...elsewhere, name: "Owner 4 of Aurora Academy", program: aurora };
    const both = [elsewhere, here, operator];
    expect(nameIn(both, "0xab", "aurora")).toBe("Owner 4");
    expect(nameIn(both, "0xab", "kelp")).toBe("Owner 3");
    expect(nameIn([elsewhere], "0xab", "aurora")).toBe("Owner 3 of Kelp Club");
    expect(nameIn([elsewhere], "0xab", undefined)).toBe("Owner 3 of Kelp Club");
    expect(nameIn(both, operator.address, "aurora")).toBe("Operator of the platform");
    expect(nameIn(both, "0xcd", "aurora")).toBeNull();
  });
});

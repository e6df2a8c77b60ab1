import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import { multiSendAddresses } from "./multi-send";
import { type Answer, proofOf, recorded } from "./recorded";

const names = ["payouts", "closing", "several"] as const;

describe("a batch that is what it says", () => {
  it.each(names)("has no differences: %s", (name) => {
    const { program, batch, rows } = recorded(name);
    const proof = proofOf({ program, batch, rows });
    expect(proof.differences).toEqual([]);
    expect(proof.contentHash).toBe(batch.contentHash);
    expect(proof.transactions.map(({ hash }) => hash)).toEqual(
      batch.safeTransactions.map(({ hash }) => hash),
    );
  });
});

/** What a person does not sign for, and the page does not read. */
const unsigned =
  /^(batch\.(status|version|requiredApprovals|createdBy|createdAt|failure|executedAt|replaces|blockers|program|id)|batch\.safeTransactions\.\d+\.(id|status|death|signatures|simulation|transactionHash|transaction)|rows\.\d+\.(id|purpose|affiliate|user|status|transactionHash|logIndex|failure)|program\.(id|slug|status|allowSelfApproval|treasury\.(owners|threshold|nonce|readAt)))\b/;

describe("one changed value anywhere in the server's answer", () => {
  const cases = names.flatMap((name) => {
    const answer = recorded(name);
    const paths = leaves(answer).filter((path) => isSigned(answer, path) && !isTwin(name, path));
    return paths.map((path) => [name, path.join("."), path] as const);
  });

  it("is looked for in all that is signed", () => expect(cases.length).toBeGreaterThan(150));

  it.each(cases)("%s: %s is refused", (name, _, path) => {
    const value = at(recorded(name), path);
    for (const other of othersOf(value).filter((each) => each !== value)) {
      const tampered = recorded(name);
      put(tampered, path, other);
      expect(refusal(tampered), `${path.join(".")} = ${String(other)}`).toBe(true);
    }
  });
});

describe("rows of recipients", () => {
  const change = (edit: (rows: Answer["rows"][number][]) => void): Answer => {
    const answer = recorded("several");
    const rows = structuredClone([...answer.rows]);
    edit(rows);
    return { ...answer, rows };
  };

  it.each([
    ["repeated", (rows: unknown[]) => rows.splice(2, 0, rows[2])],
    ["repeated in the place of another", (rows: unknown[]) => rows.splice(3, 1, rows[2])],
    ["missing", (rows: unknown[]) => rows.splice(5, 1)],
    ["all missing", (rows: unknown[]) => rows.splice(0)],
    ["swapped", (rows: unknown[]) => rows.splice(0, 2, rows[1], rows[0])],
    ["of another Safe transaction", (rows: unknown[]) => rows.push(rows.shift())],
  ])("%s are refused", (_, edit) => {
    expect(refusal(change(edit as (rows: unknown[]) => void))).toBe(true);
  });

  it("that change places with their numbers are refused", () => {
    const swapped = change((rows) => {
      const [first, second] = rows;
      if (first && second) rows.splice(0, 2, { ...second, index: 0 }, { ...first, index: 1 });
    });
    expect(refusal(swapped)).toBe(true);
  });
});

describe("the treasury", () => {
  const withProgram = (change: object): Answer => {
    const answer = recorded("payouts");
    return { ...answer, program: { ...answer.program, ...change } };
  };
  const usdc = recorded("payouts").program.currencies[0];

  it.each([
    ["another token", { currencies: [{ ...usdc, token: multiSendAddresses[1] }] }],
    ["more decimals", { currencies: [{ ...usdc, decimals: 8 }] }],
    ["fewer decimals", { currencies: [{ ...usdc, decimals: 2 }] }],
    ["a currency twice", { currencies: [usdc, { ...usdc, token: multiSendAddresses[1] }] }],
    ["a token of another chain", { currencies: [{ ...usdc, chainId: "1" }] }],
    ["no currency", { currencies: [] }],
    ["another chain", { chainId: "1" }],
    ["no chain", { chainId: "0x7a69" }],
    ["another Safe", { treasury: { address: multiSendAddresses[1], version: "1.4.1" } }],
    [
      "a Safe that signs otherwise",
      { treasury: { ...recorded("payouts").program.treasury, version: "1.1.1" } },
    ],
  ])("with %s is refused", (_, change) => {
    expect(refusal(withProgram(change))).toBe(true);
  });
});

/** What pays nobody has no currency. */
function isSigned({ batch }: Answer, path: Path): boolean {
  const name = path.join(".");
  const isEmpty = batch.safeTransactions.filter(({ payoutCount }) => payoutCount === 0);
  const ofNobody = isEmpty.some(({ index }) => name.includes(`${index}.total.currency`));
  const nothingPaid = batch.payoutCount === 0 && name.startsWith("program.currencies");
  return !unsigned.test(name) && !ofNobody && !nothingPaid;
}

/** Several Safe transactions are looked at where they differ from one. */
function isTwin(name: string, path: Path): boolean {
  const part = path.at(0);
  if (name !== "several") return part === "rows" && Number(path.at(1)) > 2;
  return path.includes("typedData") || (part === "rows" && path.at(1) !== "4");
}

function refusal(answer: Answer): boolean {
  return proofOf(answer).differences.length > 0;
}

type Path = readonly string[];

function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, each]) => leaves(each, [...path, name]));
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((found, name) => (found as Record<string, unknown>)[name], value);
}

function put(value: unknown, path: Path, other: unknown): void {
  const parent = at(value, path.slice(0, -1)) as Record<string, unknown>;
  const name = path.at(-1);
  if (name !== undefined) parent[name] = other;
}

/** Values of the same kind that mean something else, and no value at all. */
function othersOf(value: unknown): unknown[] {
  if (typeof value === "number") return [value + 1, -1];
  const text = String(value);
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return [multiSendAddresses[2]];
  if (text.startsWith("0x")) return [flipped(text as Hex), `${text}00`, "0x"];
  if (/^\d+$/.test(text)) return [String(BigInt(text) + 1n), "-1", ""];
  if (/^\d+\.\d+$/.test(text)) return [`1${text}`, `${text}1`, text.replace(".", "")];
  return [`${text} `, text.toLowerCase() === text ? text.toUpperCase() : text.toLowerCase(), ""];
}

/** One bit of the last byte. */
function flipped(hex: Hex): string {
  const last = Number.parseInt(hex.slice(-1), 16);
  return hex === "0x" ? "0x01" : hex.slice(0, -1) + (last ^ 1).toString(16);
}

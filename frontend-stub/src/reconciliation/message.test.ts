import { expect, it } from "vitest";
import { partsOf, shortened } from "./message";

const hash = `0x${"ab".repeat(32)}`;
const address = `0x${"Cd".repeat(20)}`;

it("finds hashes and addresses, and keeps every word", () => {
  const text = `5 USDC came from ${address} in transaction ${hash}, block 7; nothing explains it.`;
  const parts = partsOf(text);
  expect(parts.map(({ found }) => found)).toEqual([address, hash, undefined]);
  expect(parts.map(({ words, found = "" }) => words + found).join("")).toBe(text);
});

it("takes nothing for an address that is longer or shorter", () => {
  expect(partsOf(`0x${"a".repeat(41)} 0x12 item ${hash}ff`)).toHaveLength(1);
  expect(partsOf("")).toEqual([{ at: 0, words: "" }]);
});

it("shortens what is long, and nothing else", () => {
  expect(shortened(`5 USDC from ${address}; ${hash}.`)).toBe(
    "5 USDC from 0xCdCd…CdCd; 0xabab…abab.",
  );
});

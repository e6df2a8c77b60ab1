import { expect, it } from "vitest";
import { notAsAgreed } from "./authorization";

const wallet = "0xF9b68c24Fa07550be1049D8d7a287F41242b969d";
const token = `0x${"5".repeat(40)}`;
const soon = Math.floor(Date.now() / 1000) + 3600;
const document = {
  primaryType: "ReceiveWithAuthorization",
  types: {
    ReceiveWithAuthorization: [
      { name: "from", type: "address" },
      { name: "to", type: "address" },
      { name: "value", type: "uint256" },
      { name: "validAfter", type: "uint256" },
      { name: "validBefore", type: "uint256" },
      { name: "nonce", type: "bytes32" },
    ],
  },
  domain: { chainId: 31337, verifyingContract: token },
  message: { from: wallet, value: "12500000", validBefore: String(soon) },
};
const agreed = {
  wallet: wallet.toLowerCase(),
  chainId: "31337",
  amount: "12.5",
  decimals: 6,
  token,
};

it("takes the document of what was typed", () => {
  expect(notAsAgreed(document, agreed)).toBeNull();
});

it("refuses every other one, in words", () => {
  const other = (change: object) => notAsAgreed({ ...document, ...change }, agreed);
  expect(other({ message: { ...document.message, value: "125000000" } })).toContain("amount");
  expect(other({ message: { from: `0x${"1".repeat(40)}`, value: "12500000" } })).toContain(
    "wallet",
  );
  expect(other({ domain: { ...document.domain, chainId: 1 } })).toContain("chain");
  expect(other({ domain: { ...document.domain, verifyingContract: wallet } })).toContain("token");
  expect(other({ message: { ...document.message, validBefore: "9999999999" } })).toContain("day");
  expect(other({ types: {} })).toContain("no payment");
  expect(other({ primaryType: "Permit" })).toContain("no payment");
  expect(notAsAgreed(null, agreed)).toContain("no payment");
  expect(notAsAgreed(document, { ...agreed, amount: "12.5000001" })).toContain("amount");
});

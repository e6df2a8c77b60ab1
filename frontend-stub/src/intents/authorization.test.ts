import { expect, it } from "vitest";
import { notAsAgreed } from "./authorization";

const wallet = "0xF9b68c24Fa07550be1049D8d7a287F41242b969d";
const document = {
  primaryType: "ReceiveWithAuthorization",
  domain: { chainId: 31337 },
  message: { from: wallet, value: "12500000" },
};
const agreed = { wallet: wallet.toLowerCase(), chainId: "31337", amount: "12.5", decimals: 6 };

it("takes the document of what was typed", () => {
  expect(notAsAgreed(document, agreed)).toBeNull();
});

it("refuses every other one, in words", () => {
  const other = (change: object) => notAsAgreed({ ...document, ...change }, agreed);
  expect(other({ message: { from: wallet, value: "125000000" } })).toContain("amount");
  expect(other({ message: { from: `0x${"1".repeat(40)}`, value: "12500000" } })).toContain(
    "wallet",
  );
  expect(other({ domain: { chainId: 1 } })).toContain("chain");
  expect(other({ primaryType: "Permit" })).toContain("no payment");
  expect(notAsAgreed(null, agreed)).toContain("no payment");
  expect(notAsAgreed(document, { ...agreed, amount: "12.5000001" })).toContain("amount");
});

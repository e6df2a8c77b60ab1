import { expect, it } from "vitest";
import { notTheChange } from "./wallet-document";

const [oldWallet, newWallet, thief] = ["a1", "b2", "c3"].map((part) => `0x${part.repeat(20)}`) as [
  string,
  string,
  string,
];
const agreed = { chainId: "31337", program: "aurora", referralCode: "NORTH", oldWallet, newWallet };
const deadline = Math.floor(Date.now() / 1000) + 90_000;

const document = (
  message: Record<string, unknown> = {},
  domain: Record<string, unknown> = {},
  type = "WalletChange",
) => ({
  primaryType: type,
  types: {
    WalletChange: [
      ["program", "string"],
      ["affiliate", "string"],
      ["oldWallet", "address"],
      ["newWallet", "address"],
      ["nonce", "uint256"],
      ["deadline", "uint256"],
    ].map(([name, kind]) => ({ name, type: kind })),
  },
  domain: { name: "SGE", version: "1", chainId: 31337, ...domain },
  message: {
    program: "aurora",
    affiliate: "NORTH",
    oldWallet,
    newWallet: newWallet.toUpperCase().replace("0X", "0x"),
    nonce: "0",
    deadline: String(deadline),
    ...message,
  },
});

it("lets wallets sign what was typed", () => {
  expect(notTheChange(document(), agreed)).toBeNull();
});

it.each([
  [document({ newWallet: thief }), "names another new wallet"],
  [document({ oldWallet: thief }), "another wallet's place"],
  [document({ affiliate: "SOUTH" }), "another affiliate's"],
  [document({ program: "borealis" }), "another affiliate's"],
  [document({ deadline: String(deadline + 86_400) }), "longer than two days"],
  [document({ deadline: "never" }), "longer than two days"],
  [document({}, { chainId: 1 }), "another chain"],
  [document({}, { name: "USD Coin" }), "no change of a wallet"],
  [document({}, {}, "Permit"), "no change of a wallet"],
  [{ ...document(), types: {} }, "no change of a wallet"],
  [null, "no change of a wallet"],
])("asks no wallet where the document says something else", (given, problem) => {
  expect(notTheChange(given, agreed)).toContain(problem);
});

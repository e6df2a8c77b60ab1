import { expect, it } from "vitest";
import { demoWallet } from "./demo-wallets";

const wallet = demoWallet({
  address: "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A",
  privateKey: `0x${"11".repeat(32)}`,
  name: "Owner 1 of Aurora Academy",
  roles: ["ADMIN"],
  program: null,
  referralCode: null,
});

// Both signatures were made by eth-account.
it("signs a text as other wallets do", async () => {
  expect(await wallet.signMessage("Sign in — é\nNonce: 1")).toBe(
    "0xaa101854b2303129e3dbf221d63a7aed420846adc670b1ff4e600272a1d881a8294f606ca5e6553fc6f99083410a8b71d4f2d9674b799c8eaf96fbc24a2cfcea1c",
  );
});

it("signs a document whose numbers are strings, as the API gives it", async () => {
  const document = {
    types: {
      EIP712Domain: [
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      SafeTx: [
        { name: "to", type: "address" },
        { name: "value", type: "uint256" },
        { name: "data", type: "bytes" },
        { name: "operation", type: "uint8" },
      ],
    },
    primaryType: "SafeTx",
    domain: { chainId: "31337", verifyingContract: `0x${"11".repeat(20)}` },
    message: {
      to: `0x${"22".repeat(20)}`,
      value: "340282366920938463463374607431768211456",
      data: "0xdeadbeef",
      operation: 1,
    },
  };
  expect(await wallet.signTypedData(document)).toBe(
    "0x51870bad6170b06a96e1d557b660afe2fac3816da1f2aec053181cdcedf2267234220c7f7630357a5ffdf4bd1801075883f96a8e799429efc467c809313637811c",
  );
});

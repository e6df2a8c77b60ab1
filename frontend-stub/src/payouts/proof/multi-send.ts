import { concatHex, encodeFunctionData, encodePacked, type Hex, parseAbi, size } from "viem";

/** One payout: to whom, how many of the token's smallest units. */
export interface Recipient {
  readonly destination: Hex;
  readonly amount: bigint;
}

/**
 * Where Safe's own MultiSendCallOnly is: 1.4.1, and 1.3.0 at its two addresses. A Safe lends this code its storage and
 * its money, so nothing else will do, whatever the server says. Source: safe-global/safe-deployments.
 */
export const multiSendAddresses: readonly string[] = [
  "0x9641d764fc13c8B624c04430C7356C1C7C8102e2",
  "0x40A2aCCbd92BCA938b02010E17A5b8929b49130D",
  "0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B",
];

const multiSend = parseAbi(["function multiSend(bytes transactions)"]);
const token20 = parseAbi(["function transfer(address to, uint256 amount)"]);

const plainCall = 0;
const noValue = 0n;

/** Calldata of one transfer to each, in order, all or none. Source: MultiSendCallOnly.sol. */
export function multiSendData(token: Hex, recipients: readonly Recipient[]): Hex {
  const calls = recipients.map(({ destination, amount }) => {
    const transfer = encodeFunctionData({ abi: token20, args: [destination, amount] });
    return encodePacked(
      ["uint8", "address", "uint256", "uint256", "bytes"],
      [plainCall, token, noValue, BigInt(size(transfer)), transfer],
    );
  });
  return encodeFunctionData({ abi: multiSend, args: [concatHex(calls)] });
}

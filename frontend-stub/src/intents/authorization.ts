import { minorUnits } from "../values/exact";
import { sameAddress } from "../wallets/wallet";

/** What the person agreed to on this page. */
export interface Agreed {
  readonly wallet: string;
  readonly chainId: string;
  readonly amount: string;
  readonly decimals: number;
  readonly token: string;
}

const longestSeconds = 86_400;
/** EIP-3009. */
const fields = [
  { name: "from", type: "address" },
  { name: "to", type: "address" },
  { name: "value", type: "uint256" },
  { name: "validAfter", type: "uint256" },
  { name: "validBefore", type: "uint256" },
  { name: "nonce", type: "bytes32" },
];

/** Why the wallet is not to be asked to sign the server's document: it says something else than was typed. null: it may. */
export function notAsAgreed(document: unknown, agreed: Agreed): string | null {
  const { domain, message, primaryType, types } = (document ?? {}) as Document;
  if (primaryType !== "ReceiveWithAuthorization") return "The document is no payment.";
  if (String(domain?.chainId) !== agreed.chainId) return "The document is for another chain.";
  if (!sameAddress(String(message?.from), agreed.wallet)) return "Another wallet would pay.";
  if (!sameAddress(String(domain?.verifyingContract), agreed.token)) {
    return "The document is for another token.";
  }
  if (JSON.stringify(types?.ReceiveWithAuthorization) !== JSON.stringify(fields)) {
    return "The document is no payment.";
  }
  if (!(Number(message?.validBefore) < Date.now() / 1000 + longestSeconds)) {
    return "The document would be valid for longer than a day.";
  }
  const wanted = minorUnits(agreed.amount, agreed.decimals);
  if (wanted === null || String(message?.value) !== wanted.toString()) {
    return "The amount in the document is another one.";
  }
  return null;
}

interface Document {
  readonly primaryType?: unknown;
  readonly types?: { readonly ReceiveWithAuthorization?: unknown };
  readonly domain?: { readonly chainId?: unknown; readonly verifyingContract?: unknown };
  readonly message?: {
    readonly from?: unknown;
    readonly value?: unknown;
    readonly validBefore?: unknown;
  };
}

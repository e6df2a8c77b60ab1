import { minorUnits } from "../payouts/proof/units";
import { sameAddress } from "../wallets/wallet";

/** What the person agreed to on this page. */
export interface Agreed {
  readonly wallet: string;
  readonly chainId: string;
  readonly amount: string;
  readonly decimals: number;
}

/** Why the wallet is not to be asked to sign the server's document: it says something else than was typed. null: it may. */
export function notAsAgreed(document: unknown, agreed: Agreed): string | null {
  const { domain, message, primaryType } = (document ?? {}) as Document;
  if (primaryType !== "ReceiveWithAuthorization") return "The document is no payment.";
  if (String(domain?.chainId) !== agreed.chainId) return "The document is for another chain.";
  if (!sameAddress(String(message?.from), agreed.wallet)) return "Another wallet would pay.";
  const wanted = minorUnits(agreed.amount, agreed.decimals);
  if (wanted === null || String(message?.value) !== wanted.toString()) {
    return "The amount in the document is another one.";
  }
  return null;
}

interface Document {
  readonly primaryType?: unknown;
  readonly domain?: { readonly chainId?: unknown };
  readonly message?: { readonly from?: unknown; readonly value?: unknown };
}

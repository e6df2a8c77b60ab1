import { sameAddress } from "../wallets/wallet";

/** What the person agreed to on this page. */
export interface AgreedChange {
  readonly chainId: string;
  /** Its slug. */
  readonly program: string;
  readonly referralCode: string;
  readonly oldWallet: string;
  readonly newWallet: string;
}

const longestSeconds = 2 * 86_400;
const fields = [
  { name: "program", type: "string" },
  { name: "affiliate", type: "string" },
  { name: "oldWallet", type: "address" },
  { name: "newWallet", type: "address" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];

/** Why no wallet is to be asked to sign the server's document: it says something else than was typed. null: they may. */
export function notTheChange(document: unknown, agreed: AgreedChange): string | null {
  const { domain, message, primaryType, types } = (document ?? {}) as Document;
  const known =
    primaryType === "WalletChange" &&
    domain?.name === "SGE" &&
    JSON.stringify(types?.WalletChange) === JSON.stringify(fields);
  if (!known) return "The document is no change of a wallet.";
  if (String(domain?.chainId) !== agreed.chainId) return "The document is for another chain.";
  if (message?.program !== agreed.program || message.affiliate !== agreed.referralCode) {
    return "The document is another affiliate's.";
  }
  if (!sameAddress(String(message.oldWallet), agreed.oldWallet)) {
    return "The document takes another wallet's place.";
  }
  if (!sameAddress(String(message.newWallet), agreed.newWallet)) {
    return "The document names another new wallet.";
  }
  if (!(Number(message.deadline) <= Date.now() / 1000 + longestSeconds)) {
    return "The document would be valid for longer than two days.";
  }
  return null;
}

interface Document {
  readonly primaryType?: unknown;
  readonly types?: { readonly WalletChange?: unknown };
  readonly domain?: { readonly name?: unknown; readonly chainId?: unknown };
  readonly message?: {
    readonly program?: unknown;
    readonly affiliate?: unknown;
    readonly oldWallet?: unknown;
    readonly newWallet?: unknown;
    readonly deadline?: unknown;
  };
}

import type { Discovered } from "./discovery";
import { walletErrorOf } from "./provider-errors";
import { sameAddress, shortAddress, type Wallet, WalletError } from "./wallet";

/** The accounts that a wallet shows to this page; ask: prompts the person for them. */
export async function accountsOf(
  { name, provider }: Discovered,
  ask: boolean,
): Promise<readonly string[]> {
  const method = ask ? "eth_requestAccounts" : "eth_accounts";
  const found = await asked(name, () => provider.request({ method }));
  return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
}

/** The chain that the wallet is on: a decimal number. */
export async function chainIdOf({ name, provider }: Discovered): Promise<string> {
  const chain = await asked(name, () => provider.request({ method: "eth_chainId" }));
  if (typeof chain === "string" && /^0x[0-9a-f]+$/i.test(chain)) return BigInt(chain).toString();
  throw new WalletError("WALLET_FAILED", `${name} does not say which chain it is on.`);
}

/** One account of a browser wallet. address: as this page knows it, checksummed. */
export function browserWallet(found: Discovered, address: string): Wallet {
  const { name, provider } = found;
  return {
    address,
    name,
    signMessage: (text) =>
      signature(found, () =>
        provider.request({ method: "personal_sign", params: [hexOf(text), address] }),
      ),
    signTypedData: async (document) => {
      await onChainOf(found, document);
      const params = [address, JSON.stringify(document, exactly)];
      return signature(found, () => provider.request({ method: "eth_signTypedData_v4", params }));
    },
  };
}

export function wrongAccount(name: string, wanted: string, shown: readonly string[]): WalletError {
  const [first] = shown.filter((each) => !sameAddress(each, wanted));
  const now = first ? `${name} shows ${shortAddress(first)}` : `${name} shows another account`;
  return new WalletError(
    "WRONG_WALLET",
    `${now}: choose the account ${wanted} there, and try again.`,
  );
}

/** The wallet is on another chain than is needed: it offers to go there. */
export function wrongChain(found: Discovered, now: string, wanted: string): WalletError {
  const { name } = found;
  const act = () => switchChain(found, wanted);
  const remedy = { name: `Switch ${name} to chain ${wanted}`, act };
  return new WalletError(
    "WRONG_CHAIN",
    `${name} is on chain ${now}, and this is for chain ${wanted}.`,
    remedy,
  );
}

async function switchChain({ name, provider }: Discovered, chainId: string): Promise<void> {
  const params = [{ chainId: `0x${BigInt(chainId).toString(16)}` }];
  await asked(name, () => provider.request({ method: "wallet_switchEthereumChain", params }));
}

/** Wallets refuse a document of another chain than theirs, each in its own words. */
async function onChainOf(found: Discovered, document: unknown): Promise<void> {
  const wanted = chainOfDocument(document);
  if (wanted === null) return;
  const now = await chainIdOf(found);
  if (now !== wanted) throw wrongChain(found, now, wanted);
}

function chainOfDocument(document: unknown): string | null {
  const { domain } = (document ?? {}) as { domain?: { chainId?: unknown } };
  const chain = domain?.chainId;
  return ["string", "number", "bigint"].includes(typeof chain)
    ? BigInt(chain as string | number | bigint).toString()
    : null;
}

async function signature({ name }: Discovered, sign: () => Promise<unknown>): Promise<string> {
  const signed = await asked(name, sign);
  if (typeof signed === "string" && /^0x([0-9a-f]{2})+$/i.test(signed)) return signed;
  throw new WalletError("WALLET_FAILED", `${name} gave no signature.`);
}

async function asked(name: string, request: () => Promise<unknown>): Promise<unknown> {
  try {
    return await request();
  } catch (thrown) {
    throw walletErrorOf(thrown, name);
  }
}

/** personal_sign takes bytes: wallets show them as the text that they are. */
function hexOf(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  return `0x${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A bigint of a document as the decimal number that it is. */
function exactly(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

import { useEffect, useState } from "react";
import type { Hex, TypedDataDefinition } from "viem";
import { sameAddress, type Wallet, WalletError } from "./wallet";

/** What somebody of the demo is: OWNER signs for the treasury. */
export type DemoRole = "ADMIN" | "OWNER" | "AFFILIATE" | "CLIENT" | "OPERATOR";

/** A test wallet of `sge demo`, with its key: they own nothing of value. */
export interface DemoWallet {
  readonly address: string;
  readonly privateKey: Hex;
  /** "Owner 1 of Aurora Academy". */
  readonly name: string;
  readonly roles: readonly DemoRole[];
  /** Where it is that; null: on the platform. */
  readonly program: { readonly slug: string; readonly name: string } | null;
  readonly referralCode: string | null;
}

/** The answer of GET /demo/wallets. */
export interface Demo {
  readonly chainId: string;
  readonly wallets: readonly DemoWallet[];
}

const loopback = ["127.0.0.1", "localhost", "[::1]"];
let asked: Promise<Demo | null> | undefined;

/** The demo's people; null where this is no demo. Only this machine's own server is ever asked. */
export function demo(): Promise<Demo | null> {
  if (!loopback.includes(window.location.hostname)) return Promise.resolve(null);
  asked ??= fetchDemo();
  return asked;
}

/** null: this is no demo, or not known yet. */
export function useDemo(): Demo | null {
  const [found, setFound] = useState<Demo | null>(null);
  useEffect(() => {
    let shown = true;
    void demo().then((answer) => shown && setFound(answer));
    return () => {
      shown = false;
    };
  }, []);
  return found;
}

/** What one of the demo's people is called; null for others. */
export function useDemoName(address: string | null): string | null {
  const wallets = useDemo()?.wallets ?? [];
  const found = wallets.find((each) => address !== null && sameAddress(each.address, address));
  return found?.name ?? null;
}

/** "Owner 1" where the program is named already. */
export function nameWithin({ name, program }: DemoWallet): string {
  const ending = ` of ${program?.name ?? "the platform"}`;
  return name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

/** What a wallet is called where the program in view is named; null for one that is nobody of the demo. */
export function nameIn(
  people: readonly DemoWallet[],
  address: string,
  slug: string | undefined,
): string | null {
  const found = people.filter((each) => sameAddress(each.address, address));
  const here = found.find(({ program }) => program !== null && program.slug === slug);
  return here ? nameWithin(here) : (found[0]?.name ?? null);
}

async function fetchDemo(): Promise<Demo | null> {
  try {
    const answer = await fetch(new URL("demo/wallets", document.baseURI));
    return answer.ok ? await answer.json() : null;
  } catch {
    asked = undefined;
    return null;
  }
}

/** Signs without asking, in this page. */
export function demoWallet({ address, name, privateKey }: DemoWallet): Wallet {
  return {
    address,
    name,
    signMessage: async (message) => (await signer(privateKey)).signMessage({ message }),
    signTypedData: async (document) =>
      (await signer(privateKey)).signTypedData(document as TypedDataDefinition),
  };
}

/** Loaded when it is needed: only the demo's wallets sign in the page. */
async function signer(privateKey: Hex) {
  try {
    const { privateKeyToAccount } = await import("viem/accounts");
    return privateKeyToAccount(privateKey);
  } catch {
    throw new WalletError("WALLET_FAILED", "The page could not load what signs: try again.");
  }
}

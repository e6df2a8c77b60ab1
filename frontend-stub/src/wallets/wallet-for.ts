import { accountsOf, browserWallet, wrongAccount } from "./browser-wallet";
import { demo, demoWallet } from "./demo-wallets";
import { allDiscovered, type Discovered } from "./discovery";
import { sameAddress, type Wallet, WalletError } from "./wallet";

/**
 * The wallet that signs for an address; raises WalletError, which says what to do. May prompt the person.
 *
 * Browser wallets that show the account come first, then the demo's test wallets; else each browser wallet is asked.
 */
export async function walletFor(address: string): Promise<Wallet> {
  const browsers = await allDiscovered();
  return (
    (await among(browsers, address, false)) ??
    (await ofDemo(address)) ??
    (await among(browsers, address, true)) ??
    missing(browsers, address)
  );
}

async function among(
  browsers: readonly Discovered[],
  address: string,
  ask: boolean,
): Promise<Wallet | null> {
  const shown = ask ? [] : await Promise.all(browsers.map(shownBy));
  const problems: unknown[] = [];
  for (const [place, found] of browsers.entries()) {
    try {
      const accounts = shown[place] ?? (await accountsOf(found, true));
      if (accounts.some((each) => sameAddress(each, address))) return browserWallet(found, address);
    } catch (problem) {
      // The next one may have the account.
      problems.push(problem);
    }
  }
  if (problems.length > 0) throw problems[0];
  return null;
}

const answersWithinMs = 1_000;

/** Without a prompt; a wallet that fails at this, or is silent, is not in the way of another one. */
async function shownBy(found: Discovered): Promise<readonly string[]> {
  const silent = new Promise<readonly string[]>((resolve) =>
    setTimeout(() => resolve([]), answersWithinMs),
  );
  return Promise.race([accountsOf(found, false).catch(() => []), silent]);
}

async function ofDemo(address: string): Promise<Wallet | null> {
  const wallets = (await demo())?.wallets ?? [];
  const found = wallets.find((each) => sameAddress(each.address, address));
  return found ? demoWallet(found) : null;
}

async function missing(browsers: readonly Discovered[], address: string): Promise<never> {
  const [first] = browsers;
  if (!first) {
    throw new WalletError(
      "NO_WALLET",
      `This browser has no wallet: install one that holds the account ${address}, and open this page again.`,
    );
  }
  const names = browsers.map(({ name }) => name).join(" and ");
  throw wrongAccount(names, address, await shownBy(first));
}

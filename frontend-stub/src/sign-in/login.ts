import type { CombinedError } from "@urql/core";
import {
  LoginDocument,
  LogoutDocument,
  RequestLoginDocument,
  SessionDocument,
  type UserErrorCode,
} from "../generated/operations";
import { visitor } from "../live/api";
import { type Failure, failureOf } from "../values/failure";
import { accountsOf, browserWallet, chainIdOf, wrongChain } from "../wallets/browser-wallet";
import type { Discovered } from "../wallets/discovery";
import { type Wallet, WalletError } from "../wallets/wallet";

/** Nobody waits longer than this to get out. */
const logoutWithinMs = 3_000;

/** The server does not let somebody in. servedChainIds: said when it was for the wallet's chain. */
export class Refused extends Error {
  constructor(
    readonly failure: Failure,
    readonly servedChainIds: readonly string[] = [],
  ) {
    super(failure.message);
    this.name = "Refused";
  }
}

/** Raises Refused when the key is none that the server knows. */
export async function checkKey(key: string): Promise<void> {
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw refused("INVALID_INPUT", "Enter the API key: letters, digits and “_”, no spaces.");
  }
  const { data, error } = await visitor(key).query(SessionDocument, {}).toPromise();
  if (data?.viewer) return;
  const failure = error && failureOf(error);
  if (failure && failure.code !== "UNAUTHENTICATED") throw new Refused(failure);
  throw refused("UNAUTHENTICATED", "This API key is not valid, or no longer so.");
}

/** The token of a new session: the wallet signs who it is (EIP-4361). Raises Refused and WalletError. */
export async function logIn(wallet: Wallet, chainId: string): Promise<string> {
  const server = visitor();
  const input = { wallet: wallet.address, chainId, uri: site() };
  const asked = await server.mutation(RequestLoginDocument, { input }).toPromise();
  const message = asked.data?.requestLogin?.message;
  if (message === undefined) throw refusedAnswer(asked.error);
  if (!isLogin(message, wallet.address, chainId)) {
    throw refused("INVALID_INPUT", "What the server wants signed is no sign-in to this page.");
  }
  const signature = await wallet.signMessage(message);
  const answer = await server.mutation(LoginDocument, { message, signature }).toPromise();
  const { token, userErrors = [] } = answer.data?.login ?? {};
  if (token) return token;
  const [problem] = userErrors;
  if (!problem) throw refusedAnswer(answer.error);
  throw refused(problem.code, words[problem.code] ?? problem.message);
}

/** EIP-4361: this site asks, for this account, on this chain. Anything else may be money's. */
export function isLogin(message: string, address: string, chainId: string): boolean {
  const [asks, account, , ...rest] = message.split("\n");
  return (
    asks === `${location.host} wants you to sign in with your Ethereum account:` &&
    account?.toLowerCase() === address.toLowerCase() &&
    rest.includes(`URI: ${site()}`) &&
    rest.includes(`Chain ID: ${chainId}`)
  );
}

/** As logIn, with the account that a browser wallet shows; may prompt the person to show one. */
export async function logInWith(found: Discovered): Promise<string> {
  const [address] = await accountsOf(found, true);
  if (address === undefined) {
    throw new WalletError("WRONG_WALLET", `${found.name} shows no account: unlock it there.`);
  }
  const chainId = await chainIdOf(found);
  try {
    return await logIn(browserWallet(found, address), chainId);
  } catch (thrown) {
    const [served] = thrown instanceof Refused ? thrown.servedChainIds : [];
    throw served === undefined ? thrown : wrongChain(found, chainId, served);
  }
}

/** Ends a wallet's session at the server; whether it is known to have ended. */
export async function logOut(token: string): Promise<boolean> {
  const told = visitor(token).mutation(LogoutDocument, {}).toPromise();
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), logoutWithinMs));
  const answer = await Promise.race([told, late]);
  if (answer?.error) return failureOf(answer.error).code === "UNAUTHENTICATED";
  return answer?.data?.logout?.loggedOut === true;
}

/** What somebody reads of whatever stopped a sign-in. */
export function failureOfThrown(thrown: unknown): Failure {
  if (thrown instanceof Refused) return thrown.failure;
  if (thrown instanceof WalletError) {
    const { code, message, remedy } = thrown;
    return { code, message, ...(remedy && { remedy }) };
  }
  return { code: "UNKNOWN", message: "That did not work: try again." };
}

const words: Partial<Record<UserErrorCode, string>> = {
  LOGIN_EXPIRED: "The signature came too late: sign again.",
  INVALID_SIGNATURE:
    "The wallet signed with another account than it showed: choose one account there, and try again.",
};

/** The page's own address; what serves it while it is developed passes for the API's. */
function site(): string {
  return import.meta.env.DEV ? import.meta.env.VITE_SITE : window.location.origin;
}

function refused(code: string, message: string): Refused {
  return new Refused({ code, message });
}

function refusedAnswer(error: CombinedError | undefined): Refused {
  if (!error) return refused("UNKNOWN", "The server gave no answer: try again.");
  const served = error.graphQLErrors[0]?.extensions.servedChainIds;
  return new Refused(failureOf(error), Array.isArray(served) ? served.map(String) : []);
}

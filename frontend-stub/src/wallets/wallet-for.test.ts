import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { WalletError } from "./wallet";

const mine = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A";
const other = "0x2222222222222222222222222222222222222222";
type Answers = Record<string, unknown>;

/** A page on this machine's server, with what its wallets and GET /demo/wallets answer. */
async function walletFor(wallets: readonly Answers[], demo: unknown = null) {
  const tab = Object.assign(new EventTarget(), { location: { hostname: "127.0.0.1" } });
  tab.addEventListener("eip6963:requestProvider", () => {
    for (const [number, answers] of wallets.entries()) {
      const info = { uuid: `wallet-${number}`, name: `Wallet ${number}` };
      const detail = { info, provider: provider(answers) };
      tab.dispatchEvent(Object.assign(new Event("eip6963:announceProvider"), { detail }));
    }
  });
  vi.stubGlobal("window", tab);
  vi.stubGlobal("document", { baseURI: "http://127.0.0.1:8000/" });
  vi.stubGlobal("fetch", async () => ({ ok: demo !== null, json: async () => demo }));
  return (await import("./wallet-for")).walletFor;
}

function provider(answers: Answers) {
  const request = async ({ method }: { method: string }) => {
    const answer = answers[method];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { request };
}

function refusal(code: number, message = "no"): Error {
  return Object.assign(new Error(message), { code });
}

async function problemOf(promise: Promise<unknown>): Promise<WalletError> {
  return promise.then(
    () => expect.fail("it was not refused"),
    (problem) => problem,
  );
}

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllGlobals());

it("takes the browser wallet that shows the account, whatever its case", async () => {
  const find = await walletFor([
    { eth_accounts: refusal(4900) },
    { eth_accounts: [mine.toLowerCase()], personal_sign: "0xabcd" },
  ]);
  const wallet = await find(mine);
  expect(wallet).toMatchObject({ name: "Wallet 1", address: mine });
  expect(await wallet.signMessage("hello")).toBe("0xabcd");
});

it("does not wait for a wallet that is silent", async () => {
  const silent = new Promise(() => {});
  const find = await walletFor([{ eth_accounts: silent }, { eth_accounts: [mine] }]);
  expect((await find(mine)).name).toBe("Wallet 1");
});

it("takes the demo's wallet before it asks a browser's", async () => {
  const demo = { chainId: "31337", wallets: [{ address: mine, name: "Owner 1" }] };
  const find = await walletFor([{ eth_accounts: [], eth_requestAccounts: refusal(4001) }], demo);
  expect((await find(mine)).name).toBe("Owner 1");
});

it("asks a wallet that shows nothing yet", async () => {
  const find = await walletFor([{ eth_accounts: [], eth_requestAccounts: [mine] }]);
  expect((await find(mine)).name).toBe("Wallet 0");
});

it("says that there is none", async () => {
  const find = await walletFor([]);
  const problem = await problemOf(find(mine));
  expect(problem.code).toBe("NO_WALLET");
  expect(problem.message).toContain(mine);
});

it("says which account to choose", async () => {
  const find = await walletFor([{ eth_accounts: [other], eth_requestAccounts: [other] }]);
  const problem = await problemOf(find(mine));
  expect(problem.code).toBe("WRONG_WALLET");
  expect(problem.message).toBe(
    `Wallet 0 shows 0x2222…2222: choose the account ${mine} there, and try again.`,
  );
});

it("tells a person's no from a failure", async () => {
  const find = await walletFor([{ eth_accounts: [mine], personal_sign: refusal(4001) }]);
  const wallet = await find(mine);
  expect((await problemOf(wallet.signMessage("hello"))).code).toBe("REJECTED");
  expect((await problemOf(wallet.signTypedData(null))).message).toBe("Wallet 0 gave no signature.");
});

it("offers to go to the document's chain before it asks for a signature", async () => {
  const answers: Answers = { eth_accounts: [mine], eth_chainId: "0x1" };
  const find = await walletFor([answers]);
  const wallet = await find(mine);
  const problem = await problemOf(wallet.signTypedData({ domain: { chainId: "31337" } }));
  expect(problem.code).toBe("WRONG_CHAIN");
  expect(problem.remedy?.name).toBe("Switch Wallet 0 to chain 31337");
  answers.wallet_switchEthereumChain = refusal(4902);
  const unknown = await problemOf(problem.remedy?.act() ?? Promise.resolve());
  expect(unknown.code).toBe("WRONG_CHAIN");
  expect(unknown.message).toContain("does not know that chain");
});

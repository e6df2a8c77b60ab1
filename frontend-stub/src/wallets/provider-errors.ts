import { WalletError } from "./wallet";

/** Codes of EIP-1193, EIP-3326 and EIP-1474 that say what to do. */
const rejected = 4001;
const unauthorized = 4100;
const disconnected = [4900, 4901];
const unknownChain = 4902;
const alreadyAsking = -32002;

/** What a provider threw, in words. wallet: its name. */
export function walletErrorOf(thrown: unknown, wallet: string): WalletError {
  if (thrown instanceof WalletError) return thrown;
  const { code, message } = partsOf(thrown);
  if (code === rejected) {
    return new WalletError("REJECTED", `You declined it in ${wallet}: nothing was signed.`);
  }
  if (code === unauthorized) {
    return new WalletError(
      "WRONG_WALLET",
      `${wallet} does not let this page use that account: connect the account in ${wallet} and try again.`,
    );
  }
  if (code === unknownChain) {
    return new WalletError(
      "WRONG_CHAIN",
      `${wallet} does not know that chain: add it there, with the address of a node, and try again.`,
    );
  }
  if (code === alreadyAsking) {
    return new WalletError(
      "WALLET_FAILED",
      `${wallet} is waiting for an answer to an earlier question: open it and answer there.`,
    );
  }
  if (disconnected.includes(code)) {
    return new WalletError("WALLET_FAILED", `${wallet} has no connection: look into it.`);
  }
  return new WalletError("WALLET_FAILED", `${wallet} did not do it${message && `: ${message}`}`);
}

/** Some wallets wrap what another one threw. */
function partsOf(thrown: unknown): { code: number; message: string } {
  if (typeof thrown !== "object" || thrown === null) return { code: 0, message: "" };
  const { code, message, data } = thrown as Record<string, unknown>;
  const inner = typeof data === "object" && data !== null && "originalError" in data;
  if (inner && typeof code === "number" && code === -32603) return partsOf(data.originalError);
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message.slice(0, 200) : "",
  };
}

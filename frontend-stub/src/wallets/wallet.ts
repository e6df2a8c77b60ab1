/** A wallet that a person signs with: a browser's (EIP-1193), or one of the demo's test wallets. */
export interface Wallet {
  /** EIP-55 checksummed. */
  readonly address: string;
  /** "MetaMask", "Owner 1 of Aurora Academy". */
  readonly name: string;
  /** personal_sign (EIP-191) of a text; 0x-prefixed signature. */
  readonly signMessage: (text: string) => Promise<string>;
  /** eth_signTypedData_v4 (EIP-712) of a document; 0x-prefixed signature. */
  readonly signTypedData: (document: unknown) => Promise<string>;
}

export type WalletProblem =
  | "NO_WALLET"
  | "WRONG_WALLET"
  | "WRONG_CHAIN"
  | "REJECTED"
  | "WALLET_FAILED";

/** What the page can do about it when the person agrees, as a button. */
export interface Remedy {
  /** "Switch MetaMask to chain 8453". */
  readonly name: string;
  /** Raises WalletError as well. */
  readonly act: () => Promise<void>;
}

/** Why a wallet did not do what it was asked for; the message says what to do. */
export class WalletError extends Error {
  constructor(
    readonly code: WalletProblem,
    message: string,
    readonly remedy?: Remedy,
  ) {
    super(message);
    this.name = "WalletError";
  }
}

/** The same account, however its hex digits are written. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** "0x1234…abcd", for sentences. */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

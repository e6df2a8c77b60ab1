/** What the server says of a batch, as far as owners sign for it. Nothing of it is believed: check-batch.ts compares. */

export interface MoneyClaim {
  readonly amount: string;
  readonly currency: string;
  readonly minor: string;
}

/** A row of the recipients' table. */
export interface PayoutClaim {
  readonly id: string;
  readonly safeTransactionIndex: number;
  readonly index: number;
  readonly destination: string;
  readonly amount: MoneyClaim;
}

export interface SafeTransactionClaim {
  readonly id: string;
  readonly index: number;
  readonly safe: string;
  readonly nonce: string;
  readonly to: string;
  readonly data: string;
  readonly operation: number;
  readonly hash: string;
  readonly contentHash: string;
  readonly typedData: unknown;
  readonly payoutCount: number;
  readonly total: MoneyClaim;
}

export interface BatchClaim {
  readonly id: string;
  readonly contentHash: string;
  readonly payoutCount: number;
  readonly currency: string;
  readonly total: MoneyClaim;
  readonly safeTransactions: readonly SafeTransactionClaim[];
}

/** What the program is, whichever batch it pays: where its money is, and what it pays in. */
export interface TreasuryFacts {
  readonly chainId: string;
  readonly treasury: { readonly address: string; readonly version: string };
  readonly currencies: readonly {
    readonly code: string;
    readonly decimals: number;
    readonly token: string;
    readonly chainId: string;
  }[];
}

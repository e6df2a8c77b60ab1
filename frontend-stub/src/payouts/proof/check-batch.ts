import { type Hex, isAddress } from "viem";
import { minorUnits } from "../../values/exact";
import { checkTransaction, type Rebuilt } from "./check-transaction";
import type { BatchClaim, PayoutClaim, TreasuryFacts } from "./claims";
import { Comparison, type Difference } from "./difference";
import { batchContentHash } from "./safe-hash";

const supportedVersions = /^1\.(3\.0|4\.1)(\+L2)?$/;

/** What follows from the rows, and where the server's answer is not that. Owners are asked to sign only if nothing differs. */
export interface Proof {
  readonly differences: readonly Difference[];
  readonly transactions: readonly Rebuilt[];
  /** Of the batch; null when a Safe transaction could not be made from its rows. */
  readonly contentHash: Hex | null;
}

/**
 * Rebuilds everything that owners sign from the rows of all recipients, as they are shown. It stops after each Safe
 * transaction, so that a page can breathe; the result is returned at the end.
 */
export function* checkBatch(
  facts: TreasuryFacts,
  batch: BatchClaim,
  rows: readonly PayoutClaim[],
): Generator<number, Proof> {
  const { chainId, treasury } = facts;
  const whole = new Comparison("The batch");
  checkFacts(whole, facts);
  checkRows(whole, batch, rows);
  const safe = treasury.address;
  if (!isAddress(safe) || whole.differences.length > 0) return refused(whole.differences);
  const differences: Difference[] = [];
  const transactions: Rebuilt[] = [];
  const parts = rowsOfEach(rows);
  for (const [place, claim] of batch.safeTransactions.entries()) {
    const part = parts.get(claim.index) ?? [];
    const checked = checkTransaction(facts, BigInt(chainId), safe, claim, part);
    differences.push(...orderOf(batch, place), ...checked.differences);
    if (checked.rebuilt) transactions.push(checked.rebuilt);
    yield place + 1;
  }
  if (transactions.length < batch.safeTransactions.length) return refused(differences);
  const contentHash = batchContentHash(transactions.map((each) => each.contentHash));
  whole.same("content hash", contentHash, batch.contentHash);
  checkTotal(whole, facts, batch, rows);
  return { differences: [...whole.differences, ...differences], transactions, contentHash };
}

function refused(differences: readonly Difference[]): Proof {
  return { differences, transactions: [], contentHash: null };
}

function checkFacts(whole: Comparison, { chainId, treasury }: TreasuryFacts): void {
  if (!/^[1-9]\d{0,14}$/.test(chainId)) whole.differs("chain", "a chain's number", chainId);
  if (!isAddress(treasury.address)) whole.differs("treasury", "an address", treasury.address);
  if (!supportedVersions.test(treasury.version)) {
    whole.differs("version of the Safe", "1.3.0 or 1.4.1", treasury.version);
  }
}

function checkRows(whole: Comparison, batch: BatchClaim, rows: readonly PayoutClaim[]): void {
  whole.same("number of recipients", rows.length, batch.payoutCount);
  if (batch.safeTransactions.length === 0) whole.differs("Safe transactions", "at least one", "0");
  const seen = new Set<string>();
  for (const { id } of rows) {
    if (seen.has(id)) whole.differs("recipients", "each once", `${id} is there twice`);
    seen.add(id);
  }
  const indexes = new Set(batch.safeTransactions.map(({ index }) => index));
  for (const { id, safeTransactionIndex } of rows) {
    if (!indexes.has(safeTransactionIndex)) {
      whole.differs("recipients", "in a Safe transaction of the batch", id);
    }
  }
}

/** What the page shows in the largest letters. */
function checkTotal(
  whole: Comparison,
  { currencies }: TreasuryFacts,
  { currency, total }: BatchClaim,
  rows: readonly PayoutClaim[],
): void {
  const minors = rows.map(({ amount }) => amount.minor);
  if (!minors.every((minor) => /^\d+$/.test(minor))) return; // said of the row
  const sum = minors.reduce((before, minor) => before + BigInt(minor), 0n);
  whole.same("currency", currency, total.currency);
  whole.same("total in smallest units", sum, total.minor);
  const decimals = currencies.find(({ code }) => code === currency)?.decimals;
  if (decimals !== undefined) whole.same("total", sum, minorUnits(total.amount, decimals));
}

/** Each in its place, with nonces that rise without a gap: what is between would wait for ever. */
function orderOf(batch: BatchClaim, place: number): readonly Difference[] {
  const claim = batch.safeTransactions[place];
  const before = batch.safeTransactions[place - 1];
  if (!claim) return [];
  const order = new Comparison(`Safe transaction ${place + 1}`);
  order.same("place", place, claim.index);
  if (before && /^\d+$/.test(before.nonce)) {
    order.same("nonce", BigInt(before.nonce) + 1n, claim.nonce);
  }
  return order.differences;
}

/** In the order in which the page shows them: another order is another content. */
function rowsOfEach(rows: readonly PayoutClaim[]): ReadonlyMap<number, readonly PayoutClaim[]> {
  const parts = new Map<number, PayoutClaim[]>();
  for (const row of rows) {
    const part = parts.get(row.safeTransactionIndex);
    if (part) part.push(row);
    else parts.set(row.safeTransactionIndex, [row]);
  }
  return parts;
}

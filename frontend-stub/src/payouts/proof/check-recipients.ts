import { type Hex, isAddress } from "viem";
import { minorUnits } from "../../values/exact";
import type { PayoutClaim, SafeTransactionClaim, TreasuryFacts } from "./claims";
import { Comparison, type Difference } from "./difference";
import type { Recipient } from "./multi-send";
import { nobody } from "./safe-hash";

/** Enough for the zero of a Safe transaction that pays nobody, in whichever currency. */
const fewestDecimals = 0;

export interface CheckedRecipients {
  readonly differences: readonly Difference[];
  /** null when a row cannot be paid as it stands. */
  readonly recipients: readonly Recipient[] | null;
  /** What they are paid in; nobody's when there are none. */
  readonly token: Hex | null;
  readonly total: bigint;
}

/** The rows of one Safe transaction as a person reads them, made into what its token moves. */
export function checkRecipients(
  facts: TreasuryFacts,
  claim: SafeTransactionClaim,
  rows: readonly PayoutClaim[],
): CheckedRecipients {
  const whole = new Comparison(placeOf(claim));
  const code = rows.length > 0 ? claim.total.currency : null;
  const currency = code === null ? null : currencyOf(facts, code);
  if (code !== null && !currency) {
    whole.differs("currency", `one of ${facts.currencies.map((each) => each.code)}`, code);
  }
  const decimals = currency?.decimals ?? 0;
  const single = rows.map((row, place) => checkRow(facts, claim, row, place, decimals));
  const recipients = single.flatMap(({ recipient }) => recipient ?? []);
  const total = recipients.reduce((sum, { amount }) => sum + amount, 0n);
  whole.same("number of recipients", rows.length, claim.payoutCount);
  whole.same("total in smallest units", total, claim.total.minor);
  const said = minorUnits(claim.total.amount, currency ? decimals : fewestDecimals);
  whole.same("total", total, said);
  const complete = recipients.length === rows.length;
  return {
    differences: [...whole.differences, ...single.flatMap((each) => each.differences)],
    recipients: complete ? recipients : null,
    token: code === null ? nobody : (currency?.token ?? null),
    total,
  };
}

export function placeOf({ nonce }: { readonly nonce: string }): string {
  return `Safe transaction at nonce ${nonce}`;
}

function checkRow(
  facts: TreasuryFacts,
  claim: SafeTransactionClaim,
  row: PayoutClaim,
  place: number,
  decimals: number,
): { readonly differences: readonly Difference[]; readonly recipient: Recipient | null } {
  const one = new Comparison(`Recipient ${place + 1} of nonce ${claim.nonce}`);
  const { destination } = row;
  one.same("place", place, row.index);
  one.same("Safe transaction", claim.index, row.safeTransactionIndex);
  one.same("currency", claim.total.currency, row.amount.currency);
  const amount = minorUnits(row.amount.amount, decimals);
  if (amount === null || amount <= 0n) {
    one.differs("amount", `above zero, with at most ${decimals} decimals`, row.amount.amount);
  } else {
    one.same("amount in smallest units", amount, row.amount.minor);
  }
  const payable = isAddress(destination) && !isOneOf(destination, [nobody, facts.treasury.address]);
  if (!payable) one.differs("address", "an address that can be paid", destination);
  const recipient = payable && amount !== null ? { destination, amount } : null;
  return { differences: one.differences, recipient };
}

function currencyOf(facts: TreasuryFacts, code: string): { token: Hex; decimals: number } | null {
  const [found, ...others] = facts.currencies.filter((each) => each.code === code);
  if (!found || others.length > 0 || found.chainId !== facts.chainId) return null;
  const { token, decimals } = found;
  if (!isAddress(token) || isOneOf(token, [nobody, facts.treasury.address])) return null;
  return Number.isInteger(decimals) && decimals >= 0 ? { token, decimals } : null;
}

function isOneOf(address: string, others: readonly string[]): boolean {
  return others.some((other) => other.toLowerCase() === address.toLowerCase());
}

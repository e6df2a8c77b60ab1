import type { Money } from "./money";

/** Exact arithmetic on the API's amounts, which are strings: no function here makes a number of one. */

/** "12.5" of a currency with 6 decimals is 12500000n; null for what is no such amount, or would be rounded. */
export function minorUnits(amount: string, decimals: number): bigint | null {
  const [, whole, fraction = ""] = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (whole === undefined) return null;
  const kept = fraction.slice(0, decimals);
  if (/[1-9]/.test(fraction.slice(decimals))) return null;
  return BigInt(whole + kept.padEnd(decimals, "0"));
}

/** 12500000n of a currency with 6 decimals is "12.500000". */
export function fromMinorUnits(units: bigint, decimals: number): string {
  const negative = units < 0n;
  const digits = String(negative ? -units : units).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals > 0 ? `.${digits.slice(-decimals)}` : "";
  return `${negative ? "-" : ""}${whole}${fraction}`;
}

export function difference(money: Money, less: Money): Money {
  const decimals = Math.max(decimalsOf(money.amount), decimalsOf(less.amount));
  const units = unitsOf(money.amount, decimals) - unitsOf(less.amount, decimals);
  return { amount: fromMinorUnits(units, decimals), currency: money.currency };
}

/** amounts: of this one currency. */
export function sum(amounts: readonly Pick<Money, "amount">[], currency: string): Money {
  const decimals = Math.max(0, ...amounts.map(({ amount }) => decimalsOf(amount)));
  const units = amounts.reduce((total, { amount }) => total + unitsOf(amount, decimals), 0n);
  return { amount: fromMinorUnits(units, decimals), currency };
}

export function isZero({ amount }: Money): boolean {
  return /^-?[0.]*$/.test(amount);
}

function decimalsOf(amount: string): number {
  return amount.split(".")[1]?.length ?? 0;
}

function unitsOf(amount: string, decimals: number): bigint {
  const [whole = "", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

import type { Money } from "../values/money";

/** Exact arithmetic on the API's amounts: they have one number of decimals for each currency. */
export function difference(money: Money, less: Money): Money {
  const decimals = Math.max(decimalsOf(money.amount), decimalsOf(less.amount));
  const units = unitsOf(money.amount, decimals) - unitsOf(less.amount, decimals);
  return { amount: amountOf(units, decimals), currency: money.currency };
}

export function sum(amounts: readonly Money[], currency: string): Money {
  const decimals = Math.max(0, ...amounts.map(({ amount }) => decimalsOf(amount)));
  const units = amounts.reduce((total, { amount }) => total + unitsOf(amount, decimals), 0n);
  return { amount: amountOf(units, decimals), currency };
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

function amountOf(units: bigint, decimals: number): string {
  const negative = units < 0n;
  const digits = String(negative ? -units : units).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals > 0 ? `.${digits.slice(-decimals)}` : "";
  return `${negative ? "-" : ""}${whole}${fraction}`;
}

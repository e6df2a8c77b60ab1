/** Amounts stay the API's exact strings: no function here makes a number of one. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** "-1234567.50" → "−1,234,567.50": grouped for reading, every digit kept. */
export function groupDigits(amount: string): string {
  const negative = amount.startsWith("-");
  const [whole = "", fraction] = (negative ? amount.slice(1) : amount).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${negative ? "−" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** "10.710000" → "10.71", "10.000000" → "10.00": zeros beyond two decimals say nothing; every other digit is kept. */
export function withoutPadding(amount: string): string {
  return amount.replace(/(\.\d\d\d*?)0+$/, "$1");
}

/** Whether debits equal credits, counted in smallest units. */
export function balances(
  entries: readonly {
    direction: "DEBIT" | "CREDIT";
    amount: { minor: string; currency: string };
  }[],
): boolean {
  const difference = new Map<string, bigint>();
  for (const { direction, amount } of entries) {
    const signed = direction === "CREDIT" ? BigInt(amount.minor) : -BigInt(amount.minor);
    difference.set(amount.currency, (difference.get(amount.currency) ?? 0n) + signed);
  }
  return [...difference.values()].every((sum) => sum === 0n);
}

/** Basis points as a percentage: 250 → "2.5 %". */
export function percent(bps: number): string {
  const whole = Math.trunc(bps / 100);
  const rest = String(Math.abs(bps % 100))
    .padStart(2, "0")
    .replace(/0+$/, "");
  return `${whole}${rest && `.${rest}`} %`;
}

/** Wei as gwei, exact: "1500000001" → "1.500000001". */
export function gwei(wei: string): string {
  const digits = wei.padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${groupDigits(digits.slice(0, -9))}${fraction && `.${fraction}`}`;
}

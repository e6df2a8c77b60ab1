import type { DiscrepancyKind } from "../generated/operations";
import { fromMinorUnits } from "../values/exact";
import { groupDigits } from "../values/money";

export interface Currency {
  readonly code: string;
  readonly decimals: number;
}

/** Of these, a bare number as expected or actual is an amount of the one currency that the message names. */
const ofMoney: readonly DiscrepancyKind[] = [
  "UNEXPLAINED_INFLOW",
  "UNEXPLAINED_OUTFLOW",
  "TREASURY_MISMATCH",
];

/** Records keep smallest units, which are exact: "5000000 USDC (smallest units)" → "5 USDC". */
export function inCurrency(text: string, currencies: readonly Currency[]): string {
  return text.replace(
    /(-?\d+) ([A-Z0-9]+) \(smallest units\)/g,
    (whole: string, units: string, code: string) => {
      const currency = currencies.find((each) => each.code === code);
      return currency ? shown(units, currency) : whole;
    },
  );
}

interface Found {
  readonly kind: DiscrepancyKind;
  readonly message: string;
}

/** What a discrepancy says of `expected` or `actual`. */
export function said(found: Found, text: string, currencies: readonly Currency[]): string {
  if (ofMoney.includes(found.kind) && /^-?\d+$/.test(text)) {
    const named = currencies.filter(({ code }) => new RegExp(`\\b${code}\\b`).test(found.message));
    const [only] = named;
    if (only && named.length === 1) return shown(text, only);
  }
  return inCurrency(text, currencies);
}

function shown(units: string, { code, decimals }: Currency): string {
  const amount = fromMinorUnits(BigInt(units), decimals).replace(/\.0*$|(\.\d*[1-9])0+$/, "$1");
  return `${groupDigits(amount)} ${code}`;
}

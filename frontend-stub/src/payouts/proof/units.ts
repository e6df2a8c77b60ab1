/** "12.5" of a currency with 6 decimals is 12500000n; null for what is no such amount, or would be rounded. */
export function minorUnits(amount: string, decimals: number): bigint | null {
  const [, whole, fraction = ""] = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (whole === undefined) return null;
  const kept = fraction.slice(0, decimals);
  if (/[1-9]/.test(fraction.slice(decimals))) return null;
  return BigInt(whole + kept.padEnd(decimals, "0"));
}

const dayMs = 86_400_000;
const usualDays = 30;

/** Days of the program's time, both of them within: "2026-11-22". */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** What the address asks for, as far as it is a period; else the last 30 days. */
export function periodIn(query: URLSearchParams, today: string): Period {
  const to = dayOf(query.get("to")) ?? today;
  const from = dayOf(query.get("from")) ?? dayBefore(to, usualDays - 1);
  return from <= to ? { from, to } : { from: to, to };
}

/** As the API takes it: from the first instant up to, and without, the one after the last. */
export function instantsOf({ from, to }: Period): { from: string; to: string } {
  return { from: `${from}T00:00:00Z`, to: `${dayBefore(to, -1)}T00:00:00Z` };
}

export function dayAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function dayBefore(day: string, days: number): string {
  return dayAt(Date.parse(day) - days * dayMs);
}

function dayOf(text: string | null): string | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  return Number.isNaN(Date.parse(text)) ? null : dayAt(Date.parse(text));
}

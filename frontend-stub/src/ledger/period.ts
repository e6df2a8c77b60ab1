/** Instants of the address and of the form: the form has no zone, and everything on the page is in UTC. */

/** "2026-11-22T10:00" → "2026-11-22T10:00:00Z"; null for what is no instant. */
export function instantOf(typed: string): string | null {
  const at = Date.parse(`${typed}Z`);
  return Number.isNaN(at) ? null : new Date(at).toISOString().replace(".000Z", "Z");
}

/** What the form shows of it: "" when the address has none, or nonsense. */
export function typedOf(instant: string | null): string {
  const at = Date.parse(instant ?? "");
  return Number.isNaN(at) ? "" : new Date(at).toISOString().slice(0, 19);
}

/** As the API takes it; undefined when the address has none, or nonsense. */
export function instantIn(query: URLSearchParams, name: string): string | undefined {
  return instantOf(typedOf(query.get(name))) ?? undefined;
}

/** The last instant before it: balances are asked as of an instant, and a period ends before its end. */
export function justBefore(instant: string): string {
  return new Date(Date.parse(instant) - 1).toISOString().replace("Z", "999Z");
}

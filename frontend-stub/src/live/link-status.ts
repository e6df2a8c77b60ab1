/** What is known about the socket; instants are milliseconds of this machine's clock. */
export interface Link {
  readonly phase: "connecting" | "open" | "lost" | "stopped";
  /** When the server was last heard, if ever. */
  readonly heardAt: number | null;
}

export type LinkStatus =
  | { readonly kind: "connecting" | "live" | "reconnecting" | "stopped" }
  | { readonly kind: "stale"; readonly sinceMs: number };

/** The server pings each 15 s and this page each 10 s: longer silence means nobody is there. */
const silenceMs = 25_000;
/** A short interruption is not worth an alarm. */
const graceMs = 5_000;

export function linkStatus({ phase, heardAt }: Link, nowMs: number): LinkStatus {
  if (phase === "stopped") return { kind: "stopped" };
  if (heardAt === null) return { kind: "connecting" };
  const silentFor = nowMs - heardAt;
  if (phase === "open" && silentFor < silenceMs) return { kind: "live" };
  if (phase !== "open" && silentFor < graceMs) return { kind: "reconnecting" };
  return { kind: "stale", sinceMs: heardAt };
}

/** Wait before the n-th new try: doubling from half a second to 15 s, spread by `random` (0 to 1). */
export function backoffMs(tries: number, random: number): number {
  const longest = Math.min(15_000, 500 * 2 ** tries);
  return longest / 2 + (longest / 2) * random;
}

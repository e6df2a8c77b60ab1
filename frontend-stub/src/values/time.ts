const units = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** "2026-11-22T10:08:22.5Z" → "2026-11-22 10:08:22 UTC". */
export function absolute(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** How far an instant is from now: "12 s ago", "in 3 d". A clock a little behind reads "now". */
export function relative(instant: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(instant)) / 1000);
  if (Math.abs(seconds) < 2) return "now";
  const unit = units.find((candidate) => Math.abs(seconds) >= candidate.seconds) ?? units[3];
  // Rounded away from the past: what is due in 29.9 days is not due in 29.
  const count = Math.abs(Math.floor(seconds / unit.seconds));
  return seconds > 0 ? `${count} ${unit.name} ago` : `in ${count} ${unit.name}`;
}

/** Whether an instant of the server is after another, to the microsecond, which a Date would cut. */
export function later(one: string, other: string): boolean {
  return one.replace("Z", "") > other.replace("Z", "");
}

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
  const text = duration(Math.abs(seconds));
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** The largest unit that fits, rounded down: 150 s → "2 min". */
export function duration(seconds: number): string {
  const unit = units.find((candidate) => seconds >= candidate.seconds) ?? units[3];
  return `${Math.floor(seconds / unit.seconds)} ${unit.name}`;
}

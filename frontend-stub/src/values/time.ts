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

/** How long it was from one instant to another; an end before its beginning is its beginning. */
export function lasted(from: string, to: string): string {
  return howLong(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
}

/** "0.41 s", "3.2 s", "12 s", "3 min 5 s", "2 h 4 min", "3 d 2 h". */
export function howLong(seconds: number): string {
  if (seconds < 0.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const place = units.findIndex((unit) => whole >= unit.seconds);
  const [unit, below] = [units[place] ?? units[3], units[place + 1]];
  const count = `${Math.floor(whole / unit.seconds)} ${unit.name}`;
  const rest = below ? Math.floor((whole % unit.seconds) / below.seconds) : 0;
  return rest > 0 ? `${count} ${rest} ${below?.name}` : count;
}

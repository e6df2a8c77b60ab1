import type { Place } from "../routing";

let last: string | undefined;

export function programOf({ path }: Place): string | undefined {
  return path[0] === "p" ? path[1] : undefined;
}

/** Who signs out to come back as somebody else is mostly on the way to the same program. Kept by the tab until it is loaded again. */
export function leaveFrom(place: Place): void {
  last = programOf(place) ?? last;
}

export function lastProgram(): string | undefined {
  return last;
}

import { type Place, programOf } from "../routing";

let last: string | undefined;

/** Who signs out to come back as somebody else is mostly on the way to the same program. Kept by the tab until it is loaded again. */
export function leaveFrom(place: Place): void {
  last = programOf(place) ?? last;
}

export function lastProgram(): string | undefined {
  return last;
}

import { Instant } from "../parts/instant";

/** A day of the program's time, and how far away it is. */
export function DueDate({ at }: { at: string }) {
  return (
    <span className="due-date">
      {at.slice(0, 10)}{" "}
      <span className="muted">
        (<Instant at={at} programTime />)
      </span>
    </span>
  );
}

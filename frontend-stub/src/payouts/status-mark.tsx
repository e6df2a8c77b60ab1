import { lookOf } from "./words";

/** Told apart by shape and word, not by colour alone. */
export function Mark({ status, words }: { status: string; words: string }) {
  return <span className={`status ${lookOf(status)}`}>{words}</span>;
}

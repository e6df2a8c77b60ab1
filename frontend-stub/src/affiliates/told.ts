/**
 * Which of two answers is newer, where none says of when it is: what a subscription told stays until a read that was
 * asked after it is answered. A read that was on its way by then may be older.
 */
export interface Known<Read, Told> {
  readonly read: Read | undefined;
  readonly told: Told | undefined;
  /** The newest told when the last question was asked, and when the one was that `read` answers. */
  readonly asked: Told | undefined;
  readonly covered: Told | undefined;
}

export function begun<Read, Told>(read: Read | undefined): Known<Read, Told> {
  return { read, told: undefined, asked: undefined, covered: undefined };
}

export function seen<Read, Told>(
  before: Known<Read, Told>,
  read: Read | undefined,
  told: Told | undefined,
): Known<Read, Told> {
  if (before.read === read && before.told === told) return before;
  const covered = before.read === read ? before.covered : before.asked;
  return { ...before, read, told, covered };
}

/** A question is asked now. */
export function askedAgain<Read, Told>(before: Known<Read, Told>): Known<Read, Told> {
  return { ...before, asked: before.told };
}

/** What was told since; undefined when the read covers it. */
export function newer<Read, Told>({ told, covered }: Known<Read, Told>): Told | undefined {
  return told === covered ? undefined : told;
}

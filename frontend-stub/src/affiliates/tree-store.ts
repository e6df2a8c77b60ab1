import { Pace } from "../live/pace";
import { joined } from "../live/pages";
import type { Failure } from "../values/failure";
import {
  type Branch,
  type Branches,
  type Line,
  linesOf,
  type Member,
  top,
  unread,
  updated,
} from "./tree";
import type { Answer, Part, TreeSource } from "./tree-source";

const firstPart = 50;
/** The most that one answer holds. */
const nextPart = 200;
/** Sums are read again this often while somebody looks, for at most so many members. */
const roundMs = 10_000;
const renewedAtOnce = 100;

export interface TreeState {
  readonly branches: Branches;
  readonly lines: readonly Line[];
}

/**
 * A tree that is read as it is opened. What was read stays, closed branches too. A branch is asked for by one question
 * at a time: an answer never covers a newer one.
 */
export class TreeStore {
  #branches = new Map<string, Branch>([[top, unread]]);
  readonly #open = new Set<string>();
  #state: TreeState = { branches: this.#branches, lines: [] };
  #running = false;
  #rounds: ReturnType<typeof setInterval> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #seen: readonly string[] = [];
  readonly #pace = new Pace();
  /** Branches where somebody came or went since they were read. */
  readonly #behind = new Set<string>();
  readonly #lastTurns = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<() => void>();

  constructor(private readonly source: TreeSource) {}

  readonly state = (): TreeState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = (): void => {
    this.#running = true;
    if (this.#branches.get(top) === unread) this.#read(top, firstPart);
    else this.again(top);
    this.#rounds = setInterval(() => void this.#round(), roundMs);
  };

  readonly stop = (): void => {
    this.#running = false;
    clearInterval(this.#rounds);
    clearTimeout(this.#soon);
    this.#soon = undefined;
  };

  /** Which members are on the screen: their sums are kept fresh. */
  readonly see = (ids: readonly string[]): void => {
    this.#seen = ids;
  };

  readonly open = (id: string): void => {
    this.#open.add(id);
    if (!this.#branches.has(id)) this.#read(id, firstPart);
    this.#publish();
  };

  readonly close = (id: string): void => {
    this.#open.delete(id);
    this.#publish();
  };

  readonly more = (parent: string): void => {
    const branch = this.#branches.get(parent);
    if (!branch?.busy || branch.failure)
      this.#read(parent, branch?.members.length ? nextPart : firstPart);
  };

  /** Reads a branch's beginning again soon, where it was read: somebody came or went. */
  readonly again = (parent: string): void => {
    if (!this.#running || !this.#branches.has(parent)) return;
    this.#behind.add(parent);
    this.#soon ??= setTimeout(() => void this.#catchUp(), this.#pace.wait(performance.now()));
  };

  /** Reads again all that is open now, and what is closed when it is opened. */
  readonly allAgain = (): void => {
    const kept = [...this.#branches].filter(([id]) => id === top || this.#open.has(id));
    this.#branches = new Map(kept);
    for (const parent of [top, ...this.#open]) this.again(parent);
  };

  async #catchUp(): Promise<void> {
    const parents = [...this.#behind];
    this.#behind.clear();
    let failure: Failure | null = null;
    for (const parent of parents) {
      failure ??= await this.#inTurn(parent, () => this.#renew(parent));
      if (failure) this.#behind.add(parent);
    }
    this.#pace.looked(performance.now(), failure ? (failure.retryAfterSeconds ?? 2) : 0);
    this.#soon = undefined;
    for (const parent of this.#behind) this.again(parent);
  }

  async #round(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    if (!this.source.newer) return this.again(top);
    const members = await this.source.newer(this.#seen.slice(0, renewedAtOnce));
    if (!this.#running || members.length === 0) return;
    const byId = new Map(members.map((member) => [member.id, member]));
    this.#branches = new Map(updated(this.#branches, byId));
    this.#publish();
  }

  /** Why that failed, if it did. */
  async #renew(parent: string): Promise<Failure | null> {
    const shown = this.#branches.get(parent)?.members.length ?? 0;
    const first = Math.min(nextPart, Math.max(firstPart, shown));
    const answer = await this.#ask(parent, first, null);
    const branch = this.#branches.get(parent);
    if ("failure" in answer) return answer.failure;
    if (!this.#running || !branch) return null;
    const { part } = answer;
    const whole = branch.members.length <= part.members.length || !part.hasMore;
    this.#put(parent, {
      ...branch,
      failure: null,
      ...(whole ? part : { total: part.total, hasMore: branch.hasMore || isMore(part, branch) }),
      members: whole
        ? part.members
        : joined(part.members, branch.members.slice(part.members.length)),
    });
    return null;
  }

  /** Reads on from where the branch ends. */
  #read(parent: string, first: number): void {
    const before = this.#branches.get(parent) ?? unread;
    this.#put(parent, { ...before, busy: true, failure: null });
    void this.#inTurn(parent, async () => {
      const answer = await this.#ask(parent, first, this.#branches.get(parent)?.end ?? null);
      if (!this.#running) return;
      const known = this.#branches.get(parent) ?? unread;
      if ("failure" in answer) {
        this.#put(parent, { ...known, busy: false, failure: answer.failure });
        return;
      }
      const { part } = answer;
      const members = joined(known.members, part.members);
      this.#put(parent, { ...part, members, busy: false, failure: null });
      if (parent === top) this.#openOnly(members);
    });
  }

  /** Whoever stands alone at the top hides all the others. */
  #openOnly([only, another]: readonly Member[]): void {
    if (only?.sums?.directMembers && !another) this.open(only.id);
  }

  #inTurn<Result>(parent: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.#lastTurns.get(parent) ?? Promise.resolve()).then(work);
    this.#lastTurns.set(parent, turn);
    return turn;
  }

  #ask(parent: string, first: number, after: string | null): Promise<Answer> {
    return parent === top ? this.source.top(first, after) : this.source.below(parent, first, after);
  }

  #put(parent: string, branch: Branch): void {
    this.#branches = new Map(this.#branches).set(parent, branch);
    this.#publish();
  }

  #publish(): void {
    this.#state = { branches: this.#branches, lines: linesOf(this.#branches, this.#open) };
    for (const listener of this.#listeners) listener();
  }
}

/** Who registered since a branch was read to its end comes last in it. */
function isMore({ total }: Part, { members }: Branch): boolean {
  return total.value > members.length;
}

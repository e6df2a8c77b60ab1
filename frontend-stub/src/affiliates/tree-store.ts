import { joined } from "../live/pages";
import { type Branch, type Branches, type Line, linesOf, top, unread, updated } from "./tree";
import type { TreeSource } from "./tree-source";

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

/** A tree that is read as it is opened. What was read stays, closed branches too. */
export class TreeStore {
  #branches = new Map<string, Branch>([[top, unread]]);
  readonly #open = new Set<string>();
  #state: TreeState = { branches: this.#branches, lines: [] };
  #running = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #seen: readonly string[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(private readonly source: TreeSource) {}

  readonly state = (): TreeState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = (): void => {
    this.#running = true;
    void this.#read(top, firstPart, null);
    this.#timer = setInterval(() => void this.#round(), roundMs);
  };

  readonly stop = (): void => {
    this.#running = false;
    clearInterval(this.#timer);
  };

  /** Which members are on the screen: their sums are kept fresh. */
  readonly see = (ids: readonly string[]): void => {
    this.#seen = ids;
  };

  readonly open = (id: string): void => {
    this.#open.add(id);
    if (!this.#branches.has(id)) void this.#read(id, firstPart, null);
    this.#publish();
  };

  readonly close = (id: string): void => {
    this.#open.delete(id);
    this.#publish();
  };

  readonly more = (parent: string): void => {
    const branch = this.#branches.get(parent);
    if (!branch?.busy || branch.failure)
      void this.#read(parent, branch?.members.length ? nextPart : firstPart, branch?.end ?? null);
  };

  /** Reads a branch's beginning again, where it was read: somebody came or went. */
  readonly again = async (parent: string): Promise<void> => {
    const branch = this.#branches.get(parent);
    if (!branch) return;
    const answer = await this.#ask(
      parent,
      Math.min(nextPart, Math.max(firstPart, branch.members.length)),
      null,
    );
    if (!this.#running || "failure" in answer) return;
    const { part } = answer;
    const whole = branch.members.length <= part.members.length || !part.hasMore;
    this.#put(parent, {
      ...unread,
      ...(whole ? part : { ...branch, total: part.total }),
      members: whole
        ? part.members
        : joined(part.members, branch.members.slice(part.members.length)),
      busy: false,
    });
  };

  /** Reads again all that is open. */
  readonly allAgain = async (): Promise<void> => {
    for (const parent of [top, ...this.#open]) await this.again(parent);
  };

  async #round(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    if (!this.source.newer) return this.again(top);
    const members = await this.source.newer(this.#seen.slice(0, renewedAtOnce));
    if (!this.#running || members.length === 0) return;
    const byId = new Map(members.map((member) => [member.id, member]));
    this.#branches = new Map(updated(this.#branches, byId));
    this.#publish();
  }

  async #read(parent: string, first: number, after: string | null): Promise<void> {
    const before = this.#branches.get(parent) ?? unread;
    this.#put(parent, { ...before, busy: true, failure: null });
    const answer = await this.#ask(parent, first, after);
    if (!this.#running) return;
    const known = this.#branches.get(parent) ?? unread;
    if ("failure" in answer) {
      this.#put(parent, { ...known, busy: false, failure: answer.failure });
      return;
    }
    const { part } = answer;
    const members = joined(known.members, part.members);
    this.#put(parent, { ...part, members, busy: false, failure: null });
  }

  #ask(parent: string, first: number, after: string | null) {
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

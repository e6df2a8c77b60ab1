import {
  type IntentFilter,
  IntentPageDocument,
  type IntentPageQuery,
  IntentRowsDocument,
} from "../generated/operations";
import type { Api } from "../live/api";
import { followEvents } from "../live/events";
import { type Failure, failureOf } from "../values/failure";
import { extended, type IntentList, patched, type Row, shown, withHead } from "./intent-list";

type Page = NonNullable<NonNullable<IntentPageQuery["program"]>["intents"]>;

export interface FeedState {
  readonly list: IntentList | null;
  readonly total: Page["totalCount"] | null;
  readonly next: Page["pageInfo"] | null;
  readonly failure: Failure | null;
}

const blank: FeedState = { list: null, total: null, next: null, failure: null };
const pageSize = 50;
/** Changes are gathered for a moment, then asked for together: at most one round a second. */
const gatherMs = 250;
const roundMs = 1_000;
const rowsAtOnce = 100;

/** A list of intents that stays true: a page of the query, then every later event of the program. */
export class IntentFeed {
  #state = blank;
  #stop = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #lastRoundAt = 0;
  readonly #touched = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly api: Api,
    private readonly slug: string,
    private readonly filter: IntentFilter,
  ) {}

  readonly state = (): FeedState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = async (): Promise<void> => {
    this.#running = true;
    const { program, failure } = await this.#page(null);
    if (!this.#running) return;
    if (!program?.intents) return this.#publish({ failure: failure ?? notForThisKey });
    this.#publish({ ...pageState(program.intents), list: shown(program.intents.nodes), failure });
    this.#stop();
    this.#stop = followEvents(this.api.socket, program.id, ["INTENT"], program.eventCursor, {
      happened: ({ entityId }) => entityId && this.#changed(entityId),
      expired: () => void this.start(),
    });
  };

  readonly stop = (): void => {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#stop();
  };

  /** Puts what waits behind the "N new" bar in place, newest first. */
  readonly showNew = async (): Promise<void> => {
    const { program, failure } = await this.#page(null);
    if (!program?.intents) return this.#publish({ failure });
    this.#publish({ ...pageState(program.intents), list: shown(program.intents.nodes), failure });
  };

  readonly more = async (): Promise<void> => {
    const { program, failure } = await this.#page(this.#state.next?.endCursor ?? null);
    const { list } = this.#state;
    if (!program?.intents || !list) return this.#publish({ failure });
    this.#publish({
      ...pageState(program.intents),
      list: extended(list, program.intents.nodes),
      failure,
    });
  };

  #changed(id: string): void {
    this.#touched.add(id);
    if (this.#timer !== undefined) return;
    const wait = Math.max(gatherMs, this.#lastRoundAt + roundMs - Date.now());
    this.#timer = setTimeout(() => void this.#round(), wait);
  }

  async #round(): Promise<void> {
    const ids = [...this.#touched];
    this.#touched.clear();
    const { program, failure } = await this.#page(null);
    const head = program?.intents?.nodes ?? [];
    const rows = await this.#rows(this.#shownBelow(ids, head));
    if (!this.#running) return;
    this.#lastRoundAt = Date.now();
    this.#timer = undefined;
    const { list } = this.#state;
    if (list && program?.intents) {
      const { totalCount: total } = program.intents;
      this.#publish({ list: patched(withHead(list, head), rows), total, failure: null });
    } else {
      this.#lastRoundAt += (failure?.retryAfterSeconds ?? 2) * 1000;
      for (const id of ids) this.#changed(id);
    }
  }

  /** Of the changed intents those in place that the newest page does not hold. */
  #shownBelow(ids: readonly string[], head: readonly Row[]): string[] {
    const shownIds = new Set(this.#state.list?.rows.map(({ id }) => id));
    for (const { id } of head) shownIds.delete(id);
    return ids.filter((id) => shownIds.has(id)).slice(0, rowsAtOnce);
  }

  async #rows(ids: string[]): Promise<readonly Row[]> {
    if (ids.length === 0) return [];
    const { data } = await this.api.client.query(IntentRowsDocument, { ids }, fresh).toPromise();
    return data?.nodes?.filter((node) => node?.__typename === "Intent") ?? [];
  }

  async #page(after: string | null): Promise<{
    program: IntentPageQuery["program"];
    failure: Failure | null;
  }> {
    const variables = { slug: this.slug, filter: this.filter, first: pageSize, after };
    const { client } = this.api;
    const { data, error } = await client.query(IntentPageDocument, variables, fresh).toPromise();
    return { program: data?.program ?? null, failure: error ? failureOf(error) : null };
  }

  #publish(change: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** The server answers null, without an error, where a key may not look. */
const notForThisKey: Failure = {
  code: "FORBIDDEN",
  message: "You may not see the intents of this program.",
};

const fresh = { requestPolicy: "network-only" } as const;

function pageState({ totalCount, pageInfo }: Page): Pick<FeedState, "total" | "next"> {
  return { total: totalCount, next: pageInfo };
}

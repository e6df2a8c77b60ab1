import {
  type IntentFilter,
  IntentPageDocument,
  type IntentPageQuery,
  IntentRowsDocument,
} from "../generated/operations";
import type { Api } from "../live/api";
import { followEvents, type ProgramEvent } from "../live/events";
import { Pace } from "../live/pace";
import { type Failure, failureOf } from "../values/failure";
import {
  extended,
  type IntentList,
  joining,
  moved,
  patched,
  type Row,
  shown,
  withHead,
} from "./intent-list";
import { belongs, type Told, toldBy } from "./told";

type Page = NonNullable<NonNullable<IntentPageQuery["program"]>["intents"]>;

export interface FeedState {
  readonly list: IntentList | null;
  readonly total: Page["totalCount"] | null;
  readonly next: Page["pageInfo"] | null;
  readonly failure: Failure | null;
}

const blank: FeedState = { list: null, total: null, next: null, failure: null };
const pageSize = 50;
const rowsAtOnce = 100;
/** More than what happens while an answer is on its way. */
const mostRemembered = 200;

/**
 * A list of intents that stays true: a page of the query, then every later event of the program. What an event says is
 * shown with the next frame; what it does not say (hashes, counts) is asked for, many at once.
 */
export class IntentFeed {
  #state = blank;
  #stop = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #drawing = false;
  #looking = false;
  readonly #pace = new Pace();
  readonly #touched = new Set<string>();
  /** The newest of each intent that events told lately: an answer may be older than they are. */
  readonly #told = new Map<string, Told>();
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
    this.#show(program.intents);
    this.#stop();
    this.#stop = followEvents(this.api.socket, program.id, ["INTENT"], program.eventCursor, {
      happened: this.#happened,
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
    this.#show(program.intents);
  };

  readonly more = async (): Promise<void> => {
    const { program, failure } = await this.#page(this.#state.next?.endCursor ?? null);
    const { list } = this.#state;
    if (!program?.intents || !list) return this.#publish({ failure });
    this.#publish({
      ...pageState(program.intents),
      list: this.#upToDate(extended(list, program.intents.nodes)),
      failure,
    });
  };

  #show(page: Page): void {
    this.#publish({ ...pageState(page), list: this.#upToDate(shown(page.nodes)), failure: null });
  }

  #upToDate(list: IntentList): IntentList {
    return [...this.#told.values()].reduce(moved, list);
  }

  #remember(told: Told): void {
    this.#told.delete(told.id);
    this.#told.set(told.id, told);
    const [oldest] = this.#told.keys();
    if (oldest !== undefined && this.#told.size > mostRemembered) this.#told.delete(oldest);
  }

  readonly #happened = (event: ProgramEvent): void => {
    const { list } = this.#state;
    const told = toldBy(event);
    if (told) this.#remember(told);
    if (list && told) {
      const next = belongs(told, this.filter) ? joining(list, told.id) : moved(list, told);
      if (next !== list) this.#publishWithFrame({ list: next });
    }
    if (!event.entityId) return;
    this.#touched.add(event.entityId);
    this.#lookSoon();
  };

  #lookSoon(): void {
    if (this.#looking || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#round(), this.#pace.wait(performance.now()));
  }

  async #round(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    const failure = await this.#look();
    this.#looking = false;
    if (!this.#running) return;
    this.#pace.looked(performance.now(), failure && (failure.retryAfterSeconds ?? 2));
    if (this.#touched.size > 0) this.#lookSoon();
  }

  /** Asks for what events have touched; why that failed, if it did. */
  async #look(): Promise<Failure | undefined> {
    const ids = [...this.#touched];
    this.#touched.clear();
    const { program, failure } = await this.#page(null);
    const head = program?.intents?.nodes ?? [];
    const below = this.#shownBelow(ids, head);
    const rows = await this.#rows(below.slice(0, rowsAtOnce));
    const { list } = this.#state;
    if (!list || !program?.intents || "failure" in rows) {
      for (const id of ids) this.#touched.add(id);
      return failure ?? ("failure" in rows ? rows.failure : notForThisKey);
    }
    for (const id of below.slice(rowsAtOnce)) this.#touched.add(id);
    const { totalCount: total } = program.intents;
    if (this.#running) {
      this.#publish({ list: patched(withHead(list, head), rows.rows), total, failure: null });
    }
    return undefined;
  }

  /** Of the changed intents those in place that the newest page does not hold. */
  #shownBelow(ids: readonly string[], head: readonly Row[]): string[] {
    const shownIds = new Set(this.#state.list?.rows.map(({ id }) => id));
    for (const { id } of head) shownIds.delete(id);
    return ids.filter((id) => shownIds.has(id));
  }

  async #rows(
    ids: string[],
  ): Promise<{ readonly rows: readonly Row[] } | { readonly failure: Failure }> {
    if (ids.length === 0) return { rows: [] };
    const { direct } = this.api;
    const { data, error } = await direct.query(IntentRowsDocument, { ids }, {}).toPromise();
    if (error) return { failure: failureOf(error) };
    return { rows: data?.nodes?.filter((node) => node?.__typename === "Intent") ?? [] };
  }

  async #page(after: string | null): Promise<{
    program: IntentPageQuery["program"];
    failure: Failure | null;
  }> {
    const variables = { slug: this.slug, filter: this.filter, first: pageSize, after };
    const { direct } = this.api;
    const { data, error } = await direct.query(IntentPageDocument, variables, {}).toPromise();
    return { program: data?.program ?? null, failure: error ? failureOf(error) : null };
  }

  /** Many events come between two frames: they are drawn together. */
  #publishWithFrame(change: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#publish({});
    });
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

function pageState({ totalCount, pageInfo }: Page): Pick<FeedState, "total" | "next"> {
  return { total: totalCount, next: pageInfo };
}

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { EventType } from "../generated/operations";
import { type Failure, failureOf } from "../values/failure";
import { type Api, useApi } from "./api";
import { followEvents } from "./events";
import { Pace } from "./pace";
import { replicaLagMs } from "./replica";

const pageSize = 50;
/** The most that one answer holds. */
const largestPage = 200;

interface Node {
  readonly id: string;
}

export interface Connection<Row extends Node> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: { readonly value: number; readonly exact: boolean };
}

interface PageVariables {
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** Where a list is in a document's answer. null: the answer has none for this caller. */
export interface Source<Data, Row extends Node> {
  readonly pick: (data: Data) => Connection<Row> | null | undefined;
  /** Which events change the list, and the position of the answer among them. */
  readonly live?: {
    readonly types: readonly EventType[];
    readonly at: (data: Data) => { readonly id: string; readonly eventCursor: string } | null;
  };
}

export interface PagesState<Row, Data = unknown> {
  /** The newest answer as a whole, also of a list that is not there; null until the first one. */
  readonly answer: Data | null;
  /** null until the first answer. */
  readonly rows: readonly Row[] | null;
  readonly total: Connection<Row & Node>["totalCount"] | null;
  readonly hasMore: boolean;
  readonly failure: Failure | null;
}

export interface Pages<Row, Data = unknown> extends PagesState<Row, Data> {
  readonly more: () => void;
  readonly again: () => void;
  /** Reads again soon what is shown: for who learns by other ways than programEvents that it changed. */
  readonly refresh: () => void;
}

/**
 * A list read page by page, newest answer first in time: after an event that may change it, what is shown is read again
 * (the first 200 rows of it; older ones stay as they were read).
 *
 * source: a constant outside of the component. variables: without first and after; a change begins a new list.
 */
export function usePages<Data, Variables extends PageVariables, Row extends Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "first" | "after">,
  source: Source<Data, Row>,
): Pages<Row, Data> {
  const api = useApi();
  const text = JSON.stringify(variables);
  const list = useMemo(
    () => new PagedList<Data, Row>(api, document, JSON.parse(text), source),
    [api, document, text, source],
  );
  useEffect(() => {
    list.start();
    return list.stop;
  }, [list]);
  const state = useSyncExternalStore(list.subscribe, list.state);
  return { ...state, more: list.more, again: list.refresh, refresh: list.refresh };
}

/** Its questions are asked one after the other: an answer never covers a newer one. */
export class PagedList<Data, Row extends Node> {
  #state: PagesState<Row, Data> = {
    answer: null,
    rows: null,
    total: null,
    hasMore: false,
    failure: null,
  };
  #end: string | null = null;
  #running = false;
  #looking = false;
  /** Something happened during a look. */
  #behind = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastLook: ReturnType<typeof setTimeout> | undefined;
  readonly #pace = new Pace();
  #stopEvents: (() => void) | null = null;
  #lastTurn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly api: Api,
    private readonly document: TypedDocumentNode<Data, never>,
    private readonly variables: Record<string, unknown>,
    private readonly source: Source<Data, Row>,
  ) {}

  readonly state = (): PagesState<Row, Data> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = (): void => {
    this.#running = true;
    void this.#round();
  };

  readonly stop = (): void => {
    this.#running = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#lastLook);
    this.#timer = undefined;
    this.#stopEvents?.();
    this.#stopEvents = null;
  };

  readonly more = (): void => {
    void this.#inTurn(async () => {
      const data = await this.#read(pageSize, this.#end);
      if (data) this.#take(data, (page) => joined(this.#state.rows ?? [], page.nodes));
    });
  };

  readonly refresh = (): void => {
    if (!this.#running) return;
    if (this.#looking) {
      this.#behind = true;
      return;
    }
    this.#timer ??= setTimeout(() => void this.#round(), this.#pace.wait(performance.now()));
  };

  /** A look at once may be answered by a replica that lacks it. */
  readonly #happened = (): void => {
    this.refresh();
    clearTimeout(this.#lastLook);
    this.#lastLook = setTimeout(this.refresh, replicaLagMs);
  };

  async #round(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    const seen = await this.#inTurn(() => this.#look());
    this.#looking = false;
    this.#pace.looked(performance.now(), this.#state.failure?.retryAfterSeconds);
    // What happened during the look may not be in its answer.
    if (this.#behind || (!seen && this.#state.rows)) this.refresh();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn;
    return turn;
  }

  /** Reads again what is shown; whether that was answered. */
  async #look(): Promise<boolean> {
    this.#behind = false;
    const shown = this.#state.rows ?? [];
    const data = await this.#read(Math.min(largestPage, Math.max(pageSize, shown.length)), null);
    if (!data) return false;
    const [end, hasMore] = [this.#end, this.#state.hasMore];
    const older = below(shown, this.source.pick(data)?.nodes ?? []);
    this.#take(data, (page) => joined(page.nodes, older));
    if (older.length > 0) {
      this.#end = end;
      this.#publish({ hasMore });
    }
    this.#follow(data);
    return true;
  }

  /** From the first answer's position on; again where the server no longer keeps what came after it. */
  #follow(data: Data): void {
    const { live } = this.source;
    const from = live?.at(data);
    if (!live || !from || this.#stopEvents) return;
    this.#stopEvents = followEvents(this.api.socket, from.id, live.types, from.eventCursor, {
      happened: this.#happened,
      expired: () => {
        this.#stopEvents = null;
        this.refresh();
      },
    });
  }

  /** undefined when there is nothing to show of it: stopped meanwhile, or refused. */
  async #read(first: number, after: string | null): Promise<Data | undefined> {
    const variables = { ...this.variables, first, after } as never;
    const { data, error } = await this.api.direct.query(this.document, variables, {}).toPromise();
    if (!this.#running) return undefined;
    if (data && this.source.pick(data)) return data;
    this.#publish({
      ...(data && !error && { answer: data }),
      failure: error ? failureOf(error) : notForYou,
    });
    return undefined;
  }

  #take(data: Data, rowsOf: (page: Connection<Row>) => readonly Row[]): void {
    const page = this.source.pick(data);
    if (!page) return;
    this.#end = page.pageInfo.endCursor;
    this.#publish({
      answer: data,
      rows: rowsOf(page),
      total: page.totalCount,
      hasMore: page.pageInfo.hasNextPage,
      failure: null,
    });
  }

  #publish(change: Partial<PagesState<Row, Data>>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Of what was shown, what follows the last row of a newer page: that may have others on top. */
export function below<Row extends Node>(
  rows: readonly Row[],
  page: readonly Row[],
): readonly Row[] {
  const last = page.at(-1)?.id;
  const place = rows.findIndex(({ id }) => id === last);
  return place === -1 ? [] : rows.slice(place + 1);
}

/** What was there first stays where it is. */
export function joined<Row extends Node>(
  rows: readonly Row[],
  later: readonly Row[],
): readonly Row[] {
  const known = new Set(rows.map(({ id }) => id));
  return [...rows, ...later.filter(({ id }) => !known.has(id))];
}

/** The server answers null, without an error, where somebody may not look. */
const notForYou: Failure = {
  code: "FORBIDDEN",
  message: "It is not there, or you may not see it.",
};

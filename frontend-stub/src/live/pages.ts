import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import type { EventType } from "../generated/operations";
import { type Failure, failureOf } from "../values/failure";
import { type Api, useApi } from "./api";
import { followEvents } from "./events";
import { Pace } from "./pace";

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

export interface PagesState<Row> {
  /** null until the first answer. */
  readonly rows: readonly Row[] | null;
  readonly total: Connection<Row & Node>["totalCount"] | null;
  readonly hasMore: boolean;
  readonly failure: Failure | null;
}

export interface Pages<Row> extends PagesState<Row> {
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
): Pages<Row> {
  const api = useApi();
  const text = JSON.stringify(variables);
  const list = useMemo(
    () => new PagedList<Data, Row>(api, document, JSON.parse(text), source),
    [api, document, text, source],
  );
  useEffect(() => {
    void list.start();
    return list.stop;
  }, [list]);
  const state = useSyncExternalStore(list.subscribe, list.state);
  const more = useCallback(() => void list.more(), [list]);
  const again = useCallback(() => void list.start(), [list]);
  return { ...state, more, again, refresh: list.refresh };
}

class PagedList<Data, Row extends Node> {
  #state: PagesState<Row> = { rows: null, total: null, hasMore: false, failure: null };
  #end: string | null = null;
  #running = false;
  #looking = false;
  /** Something happened during a look. */
  #behind = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #pace = new Pace();
  #stopEvents = () => {};
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly api: Api,
    private readonly document: TypedDocumentNode<Data, never>,
    private readonly variables: Record<string, unknown>,
    private readonly source: Source<Data, Row>,
  ) {}

  readonly state = (): PagesState<Row> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = async (): Promise<void> => {
    this.#running = true;
    const data = await this.#read(pageSize, null);
    if (!data) return;
    this.#take(data, (page) => page.nodes);
    const { live } = this.source;
    const from = live?.at(data);
    this.#stopEvents();
    if (!live || !from) return;
    this.#stopEvents = followEvents(this.api.socket, from.id, live.types, from.eventCursor, {
      happened: this.refresh,
      expired: () => void this.start(),
    });
  };

  readonly stop = (): void => {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stopEvents();
  };

  readonly more = async (): Promise<void> => {
    const data = await this.#read(pageSize, this.#end);
    if (!data) return;
    this.#take(data, (page) => joined(this.#state.rows ?? [], page.nodes));
  };

  readonly refresh = (): void => {
    if (!this.#running) return;
    if (this.#looking) {
      this.#behind = true;
      return;
    }
    this.#timer ??= setTimeout(() => void this.#round(), this.#pace.wait(performance.now()));
  };

  async #round(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    this.#behind = false;
    const seen = await this.#look();
    this.#looking = false;
    this.#pace.looked(performance.now(), this.#state.failure?.retryAfterSeconds);
    // What happened during the look may not be in its answer.
    if (!seen || this.#behind) this.refresh();
  }

  /** Reads again what is shown; whether that was answered. */
  async #look(): Promise<boolean> {
    const shown = this.#state.rows ?? [];
    const data = await this.#read(Math.min(largestPage, Math.max(pageSize, shown.length)), null);
    if (!data) return false;
    const older = shown.length > largestPage ? shown.slice(largestPage) : [];
    const [end, hasMore] = [this.#end, this.#state.hasMore];
    this.#take(data, (page) => joined(page.nodes, older));
    if (older.length === 0) return true;
    this.#end = end;
    this.#publish({ hasMore });
    return true;
  }

  /** undefined when there is nothing to show of it: stopped meanwhile, or refused. */
  async #read(first: number, after: string | null): Promise<Data | undefined> {
    const variables = { ...this.variables, first, after } as never;
    const options = { requestPolicy: "network-only" } as const;
    const { data, error } = await this.api.client
      .query(this.document, variables, options)
      .toPromise();
    if (!this.#running) return undefined;
    if (data && this.source.pick(data)) return data;
    this.#publish({ failure: error ? failureOf(error) : notForYou });
    return undefined;
  }

  #take(data: Data, rowsOf: (page: Connection<Row>) => readonly Row[]): void {
    const page = this.source.pick(data);
    if (!page) return;
    this.#end = page.pageInfo.endCursor;
    this.#publish({
      rows: rowsOf(page),
      total: page.totalCount,
      hasMore: page.pageInfo.hasNextPage,
      failure: null,
    });
  }

  #publish(change: Partial<PagesState<Row>>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
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

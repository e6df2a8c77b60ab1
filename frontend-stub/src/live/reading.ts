import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { OperationResult } from "@urql/core";
import { useEffect, useMemo, useState } from "react";
import { type Failure, failureOf } from "../values/failure";
import { useApi } from "./api";
import { useWhileVisible } from "./while-visible";

interface Answer<Data> {
  /** The last good answer; it stays when a later try fails. */
  readonly data: Data | null;
  readonly failure: Failure | null;
}

export interface Reading<Data> extends Answer<Data> {
  readonly again: () => void;
}

/** An answer that is read again and again while somebody may be looking: for what no subscription tells. */
export function useReading<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  everyMs: number,
): Reading<Data> {
  const { direct } = useApi();
  const [answer, setAnswer] = useState<Answer<Data>>({ data: null, failure: null });
  const text = JSON.stringify(variables);
  const reader = useMemo(() => {
    const ask = () => direct.query(document, JSON.parse(text) as never, {}).toPromise();
    return new Reader<Data>(ask, (change) => setAnswer((before) => ({ ...before, ...change })));
  }, [direct, document, text]);
  useEffect(() => {
    reader.start();
    return reader.stop;
  }, [reader]);
  useWhileVisible(reader.read, everyMs);
  return { ...answer, again: reader.read };
}

/** One question at a time: a slow server is not asked faster than it answers. */
class Reader<Data> {
  #running = false;
  #busy = false;

  constructor(
    private readonly ask: () => Promise<OperationResult<Data>>,
    private readonly took: (change: Partial<Answer<Data>>) => void,
  ) {}

  readonly start = (): void => {
    this.#running = true;
    this.read();
  };

  readonly stop = (): void => {
    this.#running = false;
  };

  readonly read = (): void => {
    if (this.#running && !this.#busy) void this.#read();
  };

  async #read(): Promise<void> {
    this.#busy = true;
    const { data, error } = await this.ask();
    this.#busy = false;
    if (!this.#running) return;
    this.took({ ...(data && { data }), failure: error ? failureOf(error) : null });
  }
}

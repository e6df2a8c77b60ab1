import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { stringifyDocument } from "@urql/core";
import type { GraphQLFormattedError } from "graphql";
import type { Client as Socket } from "graphql-ws/client";
import { useEffect, useReducer, useState } from "react";
import { codedFailure, type Failure } from "../values/failure";
import { useApi } from "./api";
import { backoffMs } from "./link-status";

/** One that lived for so long ended for another reason than the one before. */
const livedMs = 10_000;

export interface StreamReader<Data> {
  /** Returns whether it is the last one: then the stream is not asked for again. */
  readonly next: (data: Data) => boolean;
  /** Why the server ended it. true: it is not asked for again. */
  readonly failed?: (failure: Failure) => boolean;
}

/**
 * Follows a subscription until the returned function is called: whatever ends it (a lost socket, a server that restarts
 * or drops a slow reader), it is asked for again after a while.
 *
 * variables: read each time that the socket sends them, so that a getter says where the reader is.
 */
export function followStream<Data, Variables extends object>(
  socket: Socket,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { next, failed }: StreamReader<Data>,
): () => void {
  const query = stringifyDocument(document);
  let tries = 0;
  let stopped = false;
  let stop = () => {};

  const subscribe = () => {
    const begunAt = performance.now();
    let over = false;
    let notBeforeMs = 0;
    const again = () => {
      if (stopped || over) return;
      if (performance.now() - begunAt > livedMs) tries = 0;
      const waitMs = Math.max(notBeforeMs, backoffMs(tries++, Math.random()));
      const timer = setTimeout(subscribe, waitMs);
      stop = () => clearTimeout(timer);
    };
    const refused = ([first]: readonly GraphQLFormattedError[]) => {
      if (stopped || first === undefined) return;
      const failure = codedFailure(first);
      notBeforeMs = 1000 * (failure.retryAfterSeconds ?? 0);
      over = failed?.(failure) ?? false;
    };
    stop = socket.subscribe<Data>(
      { query, variables: variables as Record<string, unknown> },
      {
        next: ({ data, errors }) => {
          if (stopped || over) return;
          if (data) over = next(data);
          else refused(errors ?? []);
        },
        error: (reason) => {
          if (Array.isArray(reason)) refused(reason);
          again();
        },
        complete: again,
      },
    );
  };

  subscribe();
  return () => {
    stopped = true;
    stop();
  };
}

export interface Stream<Data> {
  /** The newest that was told; it stays while a lost stream is asked for again. */
  readonly data: Data | undefined;
  readonly failure: Failure | null;
  /** Asks at once. */
  readonly again: () => void;
}

interface Told<Data> {
  readonly of: string | null;
  readonly data?: Data | undefined;
  readonly failure: Failure | null;
}

/**
 * The newest answer of a subscription. variables: null while nothing is to be followed. isLast: a constant outside of the
 * component; whether nothing follows an answer.
 */
export function useStream<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
  isLast?: (data: Data) => boolean,
): Stream<Data> {
  const { socket } = useApi();
  const [round, again] = useReducer((before: number) => before + 1, 0);
  const text = variables && JSON.stringify(variables);
  const [told, setTold] = useState<Told<Data>>({ of: text, failure: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round begins anew
  useEffect(() => {
    if (text === null) return;
    return followStream(socket, document, JSON.parse(text) as Variables, {
      next: (data) => {
        setTold({ of: text, data, failure: null });
        return isLast?.(data) ?? false;
      },
      failed: (failure) => {
        setTold((before) => ({ ...(before.of === text && before), of: text, failure }));
        return false;
      },
    });
  }, [socket, document, text, isLast, round]);
  const fits = told.of === text;
  return { data: fits ? told.data : undefined, failure: fits ? told.failure : null, again };
}

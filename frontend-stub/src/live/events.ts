import { stringifyDocument } from "@urql/core";
import type { GraphQLFormattedError } from "graphql";
import type { Client as Socket } from "graphql-ws/client";
import {
  type EventType,
  ProgramEventsDocument,
  type ProgramEventsSubscription,
} from "../generated/operations";
import { codedFailure } from "../values/failure";
import { backoffMs } from "./link-status";

export type ProgramEvent = ProgramEventsSubscription["programEvents"];

export interface Reader {
  /** Not called for the marks that only move the cursor. */
  readonly happened: (event: ProgramEvent) => void;
  /** The cursor is older than what the server keeps: read the list again and follow from there. */
  readonly expired: () => void;
}

/**
 * Follows a program's events of these types from `after` until the returned function is called. Whatever ends the
 * stream (a lost socket, a server that restarts or drops a slow reader), it goes on from the last
 * event it saw, so none is missed.
 */
export function followEvents(
  socket: Socket,
  programId: string,
  types: readonly EventType[],
  after: string,
  reader: Reader,
): () => void {
  let cursor = after;
  let tries = 0;
  let stopped = false;
  let stop = () => {};

  const read = (event: ProgramEvent) => {
    cursor = event.cursor;
    tries = 0;
    if (event.type !== "CURSOR") reader.happened(event);
  };
  const again = () => {
    if (stopped) return;
    const timer = setTimeout(subscribe, backoffMs(tries++, Math.random()));
    stop = () => clearTimeout(timer);
  };
  const failed = (errors: readonly GraphQLFormattedError[]) => {
    const expired = errors.some((error) => codedFailure(error).code === "CURSOR_EXPIRED");
    if (expired && !stopped) reader.expired();
    return expired;
  };
  const subscribe = () => {
    let over = false;
    stop = socket.subscribe<ProgramEventsSubscription>(
      {
        query: stringifyDocument(ProgramEventsDocument),
        // Read each time the socket sends it, so a reconnect resumes where this reader is.
        variables: {
          programId,
          types,
          get after() {
            return cursor;
          },
        },
      },
      {
        next: ({ data, errors }) => {
          if (data) read(data.programEvents);
          else over = failed(errors ?? []);
        },
        error: (reason) => {
          if (!Array.isArray(reason) || !failed(reason)) again();
        },
        complete: () => {
          if (!over) again();
        },
      },
    );
  };

  subscribe();
  return () => {
    stopped = true;
    stop();
  };
}

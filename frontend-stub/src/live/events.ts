import type { Client as Socket } from "graphql-ws/client";
import {
  type EventType,
  ProgramEventsDocument,
  type ProgramEventsSubscription,
} from "../generated/operations";
import { followStream } from "./stream";

export type ProgramEvent = ProgramEventsSubscription["programEvents"];

export interface Reader {
  /** Not called for the marks that only move the cursor. */
  readonly happened: (event: ProgramEvent) => void;
  /** The cursor is older than what the server keeps: read the list again and follow from there. */
  readonly expired: () => void;
}

/**
 * Follows a program's events of these types from `after` until the returned function is called. Whatever ends the
 * stream, it goes on from the last event it saw, so none is missed.
 */
export function followEvents(
  socket: Socket,
  programId: string,
  types: readonly EventType[],
  after: string,
  reader: Reader,
): () => void {
  let cursor = after;
  const variables = {
    programId,
    types: [...types],
    get after() {
      return cursor;
    },
  };
  return followStream(socket, ProgramEventsDocument, variables, {
    next: ({ programEvents: event }) => {
      cursor = event.cursor;
      if (event.type !== "CURSOR") reader.happened(event);
      return false;
    },
    failed: ({ code }) => {
      const expired = code === "CURSOR_EXPIRED";
      if (expired) reader.expired();
      return expired;
    },
  });
}

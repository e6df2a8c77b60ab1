import {
  Client,
  cacheExchange,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
} from "@urql/core";
import type { FormattedExecutionResult } from "graphql";
import type { Sink, Client as Socket } from "graphql-ws/client";
import { createContext, useContext } from "react";
import { failureOf } from "../values/failure";
import { LinkMonitor } from "./link";
import { openSocket } from "./socket";

/** Everything that talks to the server for one signed-in key. */
export interface Api {
  readonly client: Client;
  readonly socket: Socket;
  readonly link: LinkMonitor;
}

type Result = FormattedExecutionResult<Record<string, unknown>>;

const Context = createContext<Api | null>(null);
export const ApiProvider = Context.Provider;

export function useApi(): Api {
  const api = useContext(Context);
  if (!api) throw new Error("useApi outside ApiProvider");
  return api;
}

/** `refused` is called when the server no longer takes the key. */
export function openApi(key: string, refused: () => void): Api {
  const link = new LinkMonitor();
  const socket = openSocket(key, link, refused);
  const client = new Client({
    url: endpoint(),
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { authorization: `Bearer ${key}` } }),
    exchanges: [
      mapExchange({
        onError: (error) => {
          if (failureOf(error).code === "UNAUTHENTICATED") refused();
        },
      }),
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query, variables }, coded(sink)),
          }),
        }),
      }),
    ],
  });
  return { client, socket, link };
}

/** A client that asks once, to see whether a key is good. */
export function tryKey(key: string): Client {
  return new Client({
    url: endpoint(),
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${key}` } },
    exchanges: [fetchExchange],
  });
}

function endpoint(): string {
  return new URL("graphql", document.baseURI).href;
}

/** The protocol's error message is a list of GraphQL errors: hand it on as a result with errors. */
function coded(sink: Sink<Result>): Sink<Result> {
  return {
    next: (value) => sink.next(value),
    complete: () => sink.complete(),
    error: (reason) => {
      if (!Array.isArray(reason)) return sink.error(reason);
      sink.next({ errors: reason });
      sink.complete();
    },
  };
}

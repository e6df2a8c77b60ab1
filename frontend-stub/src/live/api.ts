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

/** Everything that talks to the server for one credential. */
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

/** token: of an API key or a session. `refused` is called when the server no longer takes it. */
export function openApi(token: string, refused: () => void): Api {
  const link = new LinkMonitor();
  const socket = openSocket(token, link, refused);
  const client = new Client({
    url: endpoint(),
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { authorization: `Bearer ${token}` } }),
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

/** A client for what is asked before there is a session: to see whether a token is good, to sign in. */
export function visitor(token?: string): Client {
  return new Client({
    url: endpoint(),
    preferGetMethod: false,
    fetchOptions: token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
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

import { Client, cacheExchange, fetchExchange, mapExchange } from "@urql/core";
import type { Client as Socket } from "graphql-ws/client";
import { createContext, useContext } from "react";
import { failureOf } from "../values/failure";
import { LinkMonitor } from "./link";
import { openSocket } from "./socket";

/** Everything that talks to the server for one credential. */
export interface Api {
  readonly client: Client;
  /** Asks the server each time and keeps no answer: for what is read again and again, or page by page. */
  readonly direct: Client;
  readonly socket: Socket;
  readonly link: LinkMonitor;
}

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
  const watched = mapExchange({
    onError: (error) => {
      if (failureOf(error).code === "UNAUTHENTICATED") refused();
    },
  });
  const options = {
    url: endpoint(),
    preferGetMethod: false,
    fetch: fetchWithin,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  } as const;
  const client = new Client({ ...options, exchanges: [watched, cacheExchange, fetchExchange] });
  const direct = new Client({ ...options, exchanges: [watched, fetchExchange] });
  return { client, direct, socket, link };
}

/** A client for what is asked before there is a session: to see whether a token is good, to sign in. */
export function visitor(token?: string): Client {
  return new Client({
    url: endpoint(),
    preferGetMethod: false,
    fetch: fetchWithin,
    fetchOptions: token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    exchanges: [fetchExchange],
  });
}

const answersWithinMs = 30_000;

/** A connection that died on the way (another network, a sleeping machine) would hold a question for minutes. */
function fetchWithin(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const late = AbortSignal.timeout(answersWithinMs);
  const signal = init.signal ? AbortSignal.any([init.signal, late]) : late;
  return fetch(input, { ...init, signal });
}

function endpoint(): string {
  return new URL("graphql", document.baseURI).href;
}

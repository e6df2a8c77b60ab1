import { type Client, createClient } from "graphql-ws/client";
import type { LinkMonitor } from "./link";
import { backoffMs } from "./link-status";

const pongWithinMs = 5_000;
/** Close codes of graphql-transport-ws that mean: this credential is not, or no longer, good. */
const refusals = [4401, 4403];

/** One socket for the whole page. It stays open, and comes back by itself, until it is disposed. */
export function openSocket(token: string, link: LinkMonitor, refused: () => void): Client {
  let silence: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: new URL("graphql", document.baseURI).href.replace(/#.*$/, "").replace(/^http/, "ws"),
    connectionParams: { authorization: `Bearer ${token}` },
    lazy: false,
    keepAlive: 10_000,
    connectionAckWaitTimeout: pongWithinMs,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (tries) => waitOrOnline(backoffMs(tries, Math.random())),
    // A failed connection reaches the client as a bare error event: only a refusal is final.
    shouldRetry: (reason) => !refusals.includes(closeCode(reason)),
    onNonLazyError: (reason) => {
      link.entered("stopped");
      if (refusals.includes(closeCode(reason))) refused();
    },
    on: {
      connecting: () => link.entered("connecting"),
      connected: () => link.entered("open"),
      closed: () => {
        clearTimeout(silence);
        link.entered("lost");
      },
      message: () => link.heard(),
      ping: (received) => {
        if (!received) silence = setTimeout(() => client.terminate(), pongWithinMs);
      },
      pong: (received) => {
        if (received) clearTimeout(silence);
      },
    },
  });
  return client;
}

function closeCode(reason: unknown): number {
  return reason instanceof CloseEvent ? reason.code : 0;
}

/** Ends early when the browser says that the network is back. */
function waitOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    const done = () => {
      stop.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done, { signal: stop.signal });
  });
}

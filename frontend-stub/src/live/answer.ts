import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, type DocumentInput, type RequestPolicy, useQuery } from "urql";
import { type Failure, failureOf } from "../values/failure";

export interface Answer<Data> {
  /** The last good answer: it stays when a later read fails, and until other variables are answered. */
  readonly data: Data | undefined;
  readonly failure: Failure | null;
  /** Whether a question is on its way: what is shown may be the answer for other variables. */
  readonly fetching: boolean;
  /** Asks the server. */
  readonly again: () => void;
}

interface Options {
  /** Shows what the cache has, and asks the server too, unless said otherwise. */
  readonly policy?: RequestPolicy;
  readonly pause?: boolean;
  /** Called whenever `again` asks the server: at once, or when what was being answered is. Stays the same function. */
  readonly asks?: () => void;
}

/**
 * urql's useQuery, which forgets what it read when a later read fails. Here somebody's half-written form, or a wallet
 * that is being asked, stands below what was read.
 */
export function useAnswer<Data, Variables extends AnyVariables>(
  query: DocumentInput<Data, Variables>,
  variables: Variables,
  { policy = "cache-and-network", pause = false, asks }: Options = {},
): Answer<Data> {
  const [state, read] = useQuery<Data, AnyVariables>({
    query,
    variables,
    requestPolicy: policy,
    pause,
  });
  const key = JSON.stringify(variables ?? {});
  const fits = JSON.stringify(state.operation?.variables ?? {}) === key;
  const settled = fits && !state.fetching;
  const fresh = fits ? state.data : undefined;
  const [last, setLast] = useState({ key, data: fresh });
  if (fresh !== undefined && (fresh !== last.data || key !== last.key)) {
    setLast({ key, data: fresh });
  }
  const ask = useCallback(() => {
    asks?.();
    read({ requestPolicy: "network-only" });
  }, [read, asks]);
  const answering = state.fetching || state.stale;
  const again = useInTurn(ask, answering);
  return {
    data: fresh ?? (last.key === key || !settled ? last.data : undefined),
    failure: fits && state.error ? failureOf(state.error) : null,
    fetching: !settled,
    again,
  };
}

/** A question that came while another is being answered waits for that answer: asking again would throw it away. */
function useInTurn(ask: () => void, answering: boolean): () => void {
  const busy = useRef(answering);
  const waiting = useRef(false);
  useEffect(() => {
    busy.current = answering;
    if (answering || !waiting.current) return;
    waiting.current = false;
    ask();
  }, [ask, answering]);
  return useCallback(() => {
    if (busy.current) waiting.current = true;
    else ask();
  }, [ask]);
}

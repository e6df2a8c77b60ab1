import { useCallback, useState } from "react";
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
}

/**
 * urql's useQuery, which forgets what it read when a later read fails. Here somebody's half-written form, or a wallet
 * that is being asked, stands below what was read.
 */
export function useAnswer<Data, Variables extends AnyVariables>(
  query: DocumentInput<Data, Variables>,
  variables: Variables,
  { policy = "cache-and-network", pause = false }: Options = {},
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
  return {
    data: fresh ?? (last.key === key || !settled ? last.data : undefined),
    failure: fits && state.error ? failureOf(state.error) : null,
    fetching: !settled,
    again: useCallback(() => read({ requestPolicy: "network-only" }), [read]),
  };
}

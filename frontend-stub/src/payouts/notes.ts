import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useState } from "react";
import { useApi } from "../live/api";
import { type Failure, failureOf } from "../values/failure";

interface Page<Note> {
  readonly nodes: readonly Note[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: { readonly value: number };
}

interface State<Note> {
  /** null until the first answer. */
  readonly notes: readonly Note[] | null;
  readonly total: number;
  readonly failure: Failure | null;
  /** Where the next page begins; null when there is none, or when it is being read. */
  readonly next: string | null;
}

export interface Notes<Note> extends Omit<State<Note>, "next"> {
  /** null when all are there. */
  readonly more: (() => void) | null;
  readonly again: () => void;
}

const pageSize = 50;
const nothing = { notes: null, total: 0, failure: null, next: null };
const gone: Failure = { code: "NOT_FOUND", message: "The batch is not there any more." };

/** What was noted when the batch was made; it never changes. pick: a constant outside of the component. */
export function useNotes<Data, Note>(
  query: TypedDocumentNode<Data, { id: string; first: number; after?: string | null }>,
  id: string,
  pick: (data: Data) => Page<Note> | undefined,
): Notes<Note> {
  const { client } = useApi();
  const [state, setState] = useState<State<Note>>(nothing);
  const read = useCallback(
    async (after: string | null) => {
      setState((before) => ({ ...before, next: null, failure: null }));
      const { data, error } = await client.query(query, { id, first: pageSize, after }).toPromise();
      const page = data && pick(data);
      const failure = error ? failureOf(error) : gone;
      setState((before) =>
        page ? joined(before, page, after) : { ...before, failure, next: after },
      );
    },
    [client, query, id, pick],
  );
  useEffect(() => void read(null), [read]);
  const { next, ...rest } = state;
  return {
    ...rest,
    more: next === null ? null : () => void read(next),
    again: () => void read(next),
  };
}

function joined<Note>(before: State<Note>, page: Page<Note>, after: string | null): State<Note> {
  const { nodes, pageInfo, totalCount } = page;
  return {
    notes: after === null ? nodes : [...(before.notes ?? []), ...nodes],
    total: totalCount.value,
    failure: null,
    next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  };
}

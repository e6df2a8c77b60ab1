import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useState } from "react";
import { useQuery } from "urql";

interface Page<Note> {
  readonly nodes: readonly Note[];
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly totalCount: { readonly value: number };
}

export interface Notes<Note> {
  readonly notes: readonly Note[];
  readonly total: number;
  /** null when all are there. */
  readonly more: (() => void) | null;
}

const few = 20;
const most = 200;

/** What was noted when the batch was made; it never changes. pick: a constant outside of the component. */
export function useNotes<Data, Note>(
  query: TypedDocumentNode<Data, { id: string; first: number; after?: string | null }>,
  id: string,
  pick: (data: Data) => Page<Note> | undefined,
): Notes<Note> {
  const [first, setFirst] = useState(few);
  const [{ data }] = useQuery({ query, variables: { id, first } });
  const page = data && pick(data);
  const all = first === most || !page?.pageInfo.hasNextPage;
  return {
    notes: page?.nodes ?? [],
    total: page?.totalCount.value ?? 0,
    more: all ? null : () => setFirst(most),
  };
}

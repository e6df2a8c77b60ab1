import { useCallback, useEffect } from "react";
import { useQuery, useSubscription } from "urql";
import {
  PayoutsBatchChangedDocument,
  PayoutsBatchDocument,
  type PayoutsBatchQuery,
  PayoutsSituationDocument,
  type PayoutsSituationQuery,
} from "../generated/operations";
import { useWhileVisible } from "../live/while-visible";
import { type Failure, failureOf } from "../values/failure";

export type Batch = NonNullable<PayoutsBatchQuery["payoutBatch"]>;
export type PayingProgram = NonNullable<PayoutsBatchQuery["program"]>;

export type Situation = NonNullable<PayoutsSituationQuery["payoutBatch"]>;

export interface BatchState {
  /** undefined until the first answer; null when there is none for this caller in this program. */
  readonly batch: Batch | null | undefined;
  readonly program: PayingProgram | undefined;
  /** What is in its way now; undefined until it is read. */
  readonly situation: Situation | undefined;
  readonly failure: Failure | null;
  readonly refetch: () => void;
}

/** What is in its way may change without an event of the batch: a pause, the Safe's nonce. */
const pollMs = 10_000;
const ended = ["COMPLETED", "PARTIALLY_COMPLETED", "FAILED"];

/** The batch as it is: read again at each of its events. */
export function useBatch(slug: string, id: string): BatchState {
  const [{ data, error }, read] = useQuery({
    query: PayoutsBatchDocument,
    variables: { slug, id },
    requestPolicy: "cache-and-network",
  });
  const [{ data: light }, look] = useQuery({
    query: PayoutsSituationDocument,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const [live] = useSubscription({ query: PayoutsBatchChangedDocument, variables: { id } });
  const told = live.data?.payoutBatchStatus;
  const situation = light?.payoutBatch ?? undefined;
  const stored = data?.payoutBatch;
  const lookAgain = useCallback(() => look({ requestPolicy: "network-only" }), [look]);
  const refetch = useCallback(() => {
    read({ requestPolicy: "network-only" });
    lookAgain();
  }, [read, lookAgain]);
  const news = stored && (newsOf(stored, told) ?? newsOf(stored, situation));
  useEffect(() => {
    if (news) refetch();
  }, [news, refetch]);
  useWhileVisible(stored && ended.includes(stored.status) ? null : lookAgain, pollMs);
  const here = data?.program && stored?.program.id === data.program.id;
  return {
    batch: data === undefined ? undefined : here && stored ? stored : null,
    program: data?.program ?? undefined,
    situation,
    failure: error ? failureOf(error) : null,
    refetch,
  };
}

type Progress = Pick<Batch, "version" | "status">;

/** Names what is newer than the batch as it was read; null when nothing is. */
function newsOf(stored: Progress, told: Progress | undefined): string | null {
  const isNews = told && (told.version > stored.version || told.status !== stored.status);
  return isNews ? `${told.version} ${told.status}` : null;
}

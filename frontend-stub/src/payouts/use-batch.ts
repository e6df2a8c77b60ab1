import { useCallback, useEffect } from "react";
import {
  PayoutsBatchChangedDocument,
  type PayoutsBatchChangedSubscription,
  PayoutsBatchDocument,
  type PayoutsBatchQuery,
  PayoutsSituationDocument,
  type PayoutsSituationQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useStream } from "../live/stream";
import { useWhileVisible } from "../live/while-visible";
import type { Failure } from "../values/failure";

export type Batch = NonNullable<PayoutsBatchQuery["payoutBatch"]>;
export type PayingProgram = NonNullable<PayoutsBatchQuery["program"]>;

export type Situation = NonNullable<PayoutsSituationQuery["payoutBatch"]>;

export interface BatchState {
  /** undefined until the first answer; null when there is none for this caller in this program. */
  readonly batch: Batch | null | undefined;
  readonly program: PayingProgram | undefined;
  /** What is in its way now; undefined until it is read. */
  readonly situation: Situation | undefined;
  /** Whether that was answered, were it by a failure. */
  readonly looked: boolean;
  readonly failure: Failure | null;
  readonly refetch: () => void;
}

/** What is in its way may change without an event of the batch: a pause, the Safe's nonce. */
const pollMs = 10_000;
const ended = ["COMPLETED", "PARTIALLY_COMPLETED", "FAILED"];
const isLast = ({ payoutBatchStatus }: PayoutsBatchChangedSubscription) =>
  ended.includes(payoutBatchStatus.status);

/** The batch as it is: read again at each of its events. */
export function useBatch(slug: string, id: string): BatchState {
  const { data, failure, again: read } = useAnswer(PayoutsBatchDocument, { slug, id });
  const light = useAnswer(PayoutsSituationDocument, { id });
  const look = light.again;
  const situation = light.data?.payoutBatch ?? undefined;
  const stored = data?.payoutBatch;
  const over = stored && ended.includes(stored.status);
  const live = useStream(PayoutsBatchChangedDocument, over ? null : { id }, isLast);
  const told = live.data?.payoutBatchStatus;
  const refetch = useCallback(() => {
    read();
    look();
  }, [read, look]);
  const news = stored && newsOf(stored, told, situation);
  useEffect(() => {
    if (news) refetch();
  }, [news, refetch]);
  // An answer may come from a replica that does not have the news yet.
  useWhileVisible(over ? null : news ? refetch : look, pollMs);
  const here = data?.program && stored?.program.id === data.program.id;
  return {
    batch: data === undefined ? undefined : here && stored ? stored : null,
    program: data?.program ?? undefined,
    situation,
    looked: light.data !== undefined || light.failure !== null,
    failure,
    refetch,
  };
}

type Progress = Pick<Batch, "version">;

/** Names what is newer than the batch as it was read, and what was read: an older answer asks again. null: nothing is. */
function newsOf(stored: Progress, ...told: readonly (Progress | undefined)[]): string | null {
  const newest = Math.max(...told.map((each) => each?.version ?? 0));
  return newest > stored.version ? `${newest} after ${stored.version}` : null;
}

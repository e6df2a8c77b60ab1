import { useEffect } from "react";
import {
  AffiliateWaitsDocument,
  type AffiliateWaitsQuery,
  type CommissionStatus,
} from "../generated/operations";
import { useAnswer } from "../live/answer";

export type Waiting = NonNullable<
  NonNullable<AffiliateWaitsQuery["affiliate"]>["accrued"]
>["nodes"][number];

/** The newest commission of each status that waits: what it waits for, the others of its status and currency wait for too. */
export type Waits = Partial<Record<CommissionStatus, Waiting>>;

/** news: another value when it may have changed. */
export function useWaits(id: string, pause: boolean, news: unknown): Waits {
  const { data, again } = useAnswer(AffiliateWaitsDocument, { id }, { pause });
  useEffect(() => {
    if (news) again();
  }, [news, again]);
  const found = data?.affiliate;
  const newest = {
    ACCRUED: found?.accrued?.nodes[0],
    PAYABLE: found?.payable?.nodes[0],
    PENDING_APPROVAL: found?.inBatch?.nodes[0],
  };
  return Object.fromEntries(Object.entries(newest).filter(([, one]) => one));
}

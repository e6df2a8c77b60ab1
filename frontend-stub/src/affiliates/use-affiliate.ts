import { useCallback, useEffect, useState } from "react";
import {
  AffiliateEarnedDocument,
  type AffiliateEarnedSubscription,
  AffiliatePageDocument,
  type AffiliatePageQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { replicaLagMs } from "../live/replica";
import { useStream } from "../live/stream";
import { useAccess, useMay } from "../shell/access";
import type { Failure } from "../values/failure";
import { askedAgain, begun, newer, seen } from "./told";

export type Affiliate = NonNullable<AffiliatePageQuery["affiliate"]>;

type Stored = AffiliatePageQuery["affiliate"];

type Earned = AffiliateEarnedSubscription["affiliateEarnings"];

export interface AffiliateState {
  /** undefined until the first answer; null when there is none for this caller in this program. */
  readonly affiliate: Affiliate | null | undefined;
  readonly failure: Failure | null;
  readonly refetch: () => void;
  /** Another value with each change of what was earned. */
  readonly news: unknown;
}

/** The affiliate as it is. Its money is live for whoever sees it: itself, and those who read everything. */
export function useAffiliate(programId: string, id: string): AffiliateState {
  const reads = useMay("READ");
  const own = useAccess().affiliateId === id;
  const [known, setKnown] = useState(() => begun<Stored, Earned>(undefined));
  // A question may be held back until an older one is answered: that answer does not cover what was told since.
  const asks = useCallback(() => setKnown(askedAgain), []);
  const { data, failure, again } = useAnswer(AffiliatePageDocument, { id }, { asks });
  const live = useStream(AffiliateEarnedDocument, reads || own ? { id } : null);
  const told = live.data?.affiliateEarnings;
  const stored = data?.affiliate;
  const next = seen(known, stored, told);
  if (next !== known) setKnown(next);
  useEffect(() => {
    if (!told) return;
    // Once it is quiet, one more read: what was told is not all that the page shows.
    const timer = setTimeout(again, replicaLagMs);
    return () => clearTimeout(timer);
  }, [told, again]);
  const here = stored?.program.id === programId ? stored : null;
  return {
    affiliate: data === undefined ? undefined : here && { ...here, ...newer(next) },
    failure,
    refetch: again,
    news: told,
  };
}

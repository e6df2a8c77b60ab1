import { useEffect, useState } from "react";
import {
  AffiliateEarnedDocument,
  AffiliatePageDocument,
  type AffiliatePageQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useStream } from "../live/stream";
import { useAccess, useMay } from "../shell/access";
import type { Failure } from "../values/failure";

export type Affiliate = NonNullable<AffiliatePageQuery["affiliate"]>;

export interface AffiliateState {
  /** undefined until the first answer; null when there is none for this caller in this program. */
  readonly affiliate: Affiliate | null | undefined;
  readonly failure: Failure | null;
  readonly refetch: () => void;
  /** Another value with each change of what was earned. */
  readonly news: unknown;
}

/** A read that was on its way when something was told may be older than that: one more, once it is quiet. */
const settledMs = 1_000;

/** The affiliate as it is. Its money is live for whoever sees it: itself, and those who read everything. */
export function useAffiliate(programId: string, id: string): AffiliateState {
  const reads = useMay("READ");
  const own = useAccess().affiliateId === id;
  const { data, failure, again } = useAnswer(AffiliatePageDocument, { id });
  const live = useStream(AffiliateEarnedDocument, reads || own ? { id } : null);
  const told = live.data?.affiliateEarnings;
  const stored = data?.affiliate;
  const [before, setBefore] = useState({ stored, told });
  // A read covers what was told before it.
  if (before.stored !== stored) setBefore({ stored, told });
  const newer = told !== before.told ? told : undefined;
  useEffect(() => {
    if (!told) return;
    const timer = setTimeout(again, settledMs);
    return () => clearTimeout(timer);
  }, [told, again]);
  const here = stored?.program.id === programId ? stored : null;
  return {
    affiliate: data === undefined ? undefined : here && { ...here, ...newer },
    failure,
    refetch: again,
    news: told,
  };
}

import { useSubscription } from "urql";
import {
  AffiliateEarnedDocument,
  AffiliatePageDocument,
  type AffiliatePageQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
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

/** The affiliate as it is. Its money is live for whoever sees it: itself, and those who read everything. */
export function useAffiliate(programId: string, id: string): AffiliateState {
  const reads = useMay("READ");
  const own = useAccess().affiliateId === id;
  const { data, failure, again } = useAnswer(AffiliatePageDocument, { id });
  const [live] = useSubscription({
    query: AffiliateEarnedDocument,
    variables: { id },
    pause: !reads && !own,
  });
  const told = live.data?.affiliateEarnings;
  const stored = data?.affiliate;
  const here = stored?.program.id === programId ? stored : null;
  return {
    affiliate: data === undefined ? undefined : here && { ...here, ...told },
    failure,
    refetch: again,
    news: told,
  };
}

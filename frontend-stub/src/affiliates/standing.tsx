import type { AffiliateStatus } from "../generated/operations";

export const affiliateStatuses: readonly AffiliateStatus[] = ["ACTIVE", "SUSPENDED", "TERMINATED"];

export const affiliateWords: Record<AffiliateStatus, string> = {
  ACTIVE: "Active",
  SUSPENDED: "Suspended",
  TERMINATED: "Terminated",
};

const tags: Record<AffiliateStatus, string> = {
  ACTIVE: "active",
  SUSPENDED: "paused",
  TERMINATED: "ended",
};

/** Suspended and terminated affiliates earn nothing: that stands out. */
export function Standing({ status }: { status: AffiliateStatus }) {
  return <span className={`tag ${tags[status]}`}>{affiliateWords[status]}</span>;
}

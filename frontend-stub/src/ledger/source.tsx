import type { ReactNode } from "react";
import type { LedgerTransactionQuery } from "../generated/operations";
import { Hash } from "../parts/hash";
import { affiliateHref, batchHref, discrepancyHref, intentHref } from "../routing";

type Transaction = Extract<LedgerTransactionQuery["node"], { __typename: "LedgerTransaction" }>;
type Posted = NonNullable<Transaction["source"]>;

/** What it was posted for, as a link where that has a page. */
export function Source({ slug, source }: { slug: string; source: Posted }): ReactNode {
  switch (source.__typename) {
    case "Intent":
      return (
        <>
          <a href={intentHref(slug, source.id)}>
            {source.kind === "REGISTRATION" ? "a registration" : "a payment"}
          </a>
          {source.wallet && (
            <>
              {" of "}
              <Hash value={source.wallet} />
            </>
          )}
        </>
      );
    case "PayoutBatch":
      return <a href={batchHref(slug, source.id)}>a payout batch</a>;
    case "Discrepancy":
      return <a href={discrepancyHref(slug, source.id)}>a discrepancy</a>;
    case "BalanceAdjustment":
      return (
        <>
          {"an adjustment of "}
          <a href={affiliateHref(slug, source.affiliate.id)}>{source.affiliate.referralCode}</a>:{" "}
          {source.reason}
        </>
      );
    case "Reversal":
      return `a reversal: ${source.reason}`;
    default:
      return <code className="break">{source.id}</code>;
  }
}

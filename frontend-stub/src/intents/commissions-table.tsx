import { Blockers } from "../affiliates/blockers";
import { commissionLooks, commissionWords } from "../affiliates/commission-words";
import { DueDate } from "../affiliates/due-date";
import type { EarnedCommissionFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { ScrollArea } from "../parts/scroll-area";
import { affiliateHref, batchHref } from "../routing";
import { percent } from "../values/money";
import { Explanation } from "./explanation";

interface Props {
  readonly slug: string;
  readonly commissions: readonly EarnedCommissionFragment[];
}

/** Who earned of the payment, when each is paid, and how the amounts come about. */
export function CommissionsTable({ slug, commissions }: Props) {
  const [first] = commissions;
  return (
    <>
      <ScrollArea card label="Commissions by level">
        <table className="earned-by-level">
          <caption className="hidden">Commissions by level</caption>
          <thead>
            <tr>
              <th scope="col">Level</th>
              <th scope="col">Affiliate</th>
              <th scope="col" className="right">
                Amount
              </th>
              <th scope="col">Status</th>
              <th scope="col">When it is paid</th>
            </tr>
          </thead>
          <tbody>
            {commissions.map((commission) => (
              <tr key={commission.id}>
                <th scope="row">{commission.level}</th>
                <td>
                  <a href={affiliateHref(slug, commission.affiliate.id)}>
                    {commission.affiliate.displayName ?? commission.affiliate.referralCode}
                  </a>
                  <code className="second">{commission.affiliate.referralCode}</code>
                </td>
                <td className="right">
                  <Amount money={commission.amount} />
                  <span className="second">
                    {percent(commission.rateBps)} of <Amount money={commission.base} />
                  </span>
                </td>
                <td className="status-cell">
                  <span className={`status ${commissionLooks[commission.status]}`}>
                    {commissionWords[commission.status]}
                  </span>
                </td>
                <td className="why">
                  <Payment slug={slug} commission={commission} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
      {first && <Explanation commissions={commissions} />}
    </>
  );
}

function Payment({ slug, commission }: { slug: string; commission: EarnedCommissionFragment }) {
  const { status, blockers, paidAt, payout, clawedBackBy } = commission;
  const batch = payout?.batch;
  return (
    <>
      {blockers.length > 0 && <Blockers blockers={blockers} />}
      {paidAt && <DueDate at={paidAt} />}
      {batch && (
        <a className="second" href={batchHref(slug, batch.id)}>
          {status === "PAID" ? "Paid by this batch" : "See the batch"}
        </a>
      )}
      {clawedBackBy.map(({ id, amount }) => (
        <span key={id} className="second">
          Clawed back: <Amount money={amount} />
        </span>
      ))}
    </>
  );
}

import type { AffiliateEarningsSumsFragment, CommissionStatus } from "../generated/operations";
import { Amount } from "../parts/amount";
import { affiliateHref } from "../routing";
import { commissionWords } from "./commission-words";

interface Props {
  readonly slug: string;
  readonly id: string;
  readonly sums: AffiliateEarningsSumsFragment;
}

/** What was earned in one currency, by what became of it; each sum leads to its commissions. */
export function EarningsCard({ slug, id, sums }: Props) {
  const heading = `earned-${sums.currency}`;
  const states: readonly [CommissionStatus, AffiliateEarningsSumsFragment["accrued"], string][] = [
    ["ACCRUED", sums.accrued, "in the holding period"],
    ["PAYABLE", sums.payable, "for the next batch"],
    ["PENDING_APPROVAL", sums.pendingApproval, "being signed and sent"],
    ["PAID", sums.paid, "left the treasury"],
    ["REVERSED", sums.reversed, "taken back"],
  ];
  return (
    <section className="card earned" aria-labelledby={heading}>
      <h2 id={heading}>
        Earned <span className="muted small-text">in all, without what was reversed</span>{" "}
        <span className="earned-total">
          <Amount money={sums.lifetime} />
        </span>
      </h2>
      <ul>
        {states.map(([status, money, meaning]) => (
          <li key={status}>
            <a href={affiliateHref(slug, id, "", { status })}>{commissionWords[status]}</a>
            <strong>
              <Amount money={money} />
            </strong>
            <span className="second">{meaning}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

import type { AffiliateEarningsSumsFragment, CommissionStatus } from "../generated/operations";
import { Amount } from "../parts/amount";
import { useProgramOffset } from "../parts/program-clock";
import { affiliateHref } from "../routing";
import { commissionWords } from "./commission-words";
import { DueDate } from "./due-date";
import type { Waiting, Waits } from "./use-waits";

interface Props {
  readonly slug: string;
  readonly id: string;
  readonly sums: AffiliateEarningsSumsFragment;
  readonly waits: Waits;
}

/** What was earned in one currency, by what became of it; each sum leads to its commissions. */
export function EarningsCard({ slug, id, sums, waits }: Props) {
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
            <Why status={status} waiting={ofCurrency(waits[status], sums.currency)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ofCurrency(waiting: Waiting | undefined, currency: string): Waiting | undefined {
  return waiting?.amount.currency === currency ? waiting : undefined;
}

/** What keeps it from being paid: of what accrues, until when the newest is held. */
function Why({ status, waiting }: { status: CommissionStatus; waiting: Waiting | undefined }) {
  const offset = useProgramOffset();
  if (!waiting) return null;
  if (status === "ACCRUED") {
    if (Date.parse(waiting.payableAt) <= Date.now() + offset) {
      return <span className="second">due: it goes into the next batch</span>;
    }
    return (
      <span className="second">
        the newest becomes payable <DueDate at={waiting.payableAt} />
      </span>
    );
  }
  return waiting.blockers.map(({ code, message, until }) => (
    <span key={code} className="second because">
      {message} {until && <DueDate at={until} />}
    </span>
  ));
}

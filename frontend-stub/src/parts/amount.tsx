import { groupDigits, type Money, withoutPadding } from "../values/money";

/** An exact amount; columns of them line up on the right. */
export function Amount({ money }: { money: Money | null | undefined }) {
  if (!money) return <span className="muted">–</span>;
  return (
    <span className="amount">
      {groupDigits(withoutPadding(money.amount))} <span className="currency">{money.currency}</span>
    </span>
  );
}

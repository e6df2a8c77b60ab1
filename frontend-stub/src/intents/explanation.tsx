import type { EarnedCommissionFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { codeWords } from "../parts/status";
import { groupDigits, type Money, percent, withoutPadding } from "../values/money";

interface RoundedProps {
  readonly exact: string;
  readonly money: Money;
}

function Rounded({ exact, money }: RoundedProps) {
  const isExact = withoutPadding(exact) === withoutPadding(money.amount);
  return (
    <>
      {!isExact && `${groupDigits(withoutPadding(exact))}, rounded down `}
      <Amount money={money} />
    </>
  );
}

/** How each amount comes about, as the server recomputes it from what was stored with the intent. */
export function Explanation({ commissions }: { commissions: readonly EarnedCommissionFragment[] }) {
  const [first] = commissions;
  if (!first) return null;
  const { upline, skipped, termsVersion } = first.explanation;
  return (
    <details className="card explanation">
      <summary>How these amounts come about</summary>
      <p>
        Terms version {termsVersion}, and the affiliates above the customer as they were when the
        intent was accepted:{" "}
        {upline.map(({ level, referralCode }, index) => (
          <span key={level}>
            {index > 0 && ", then "}
            <code>{referralCode}</code>
          </span>
        ))}
        .
      </p>
      <ul>
        {commissions.map(({ id, level, explanation }) => (
          <li key={id}>
            Level {level}: {percent(explanation.rateBps)} of <Amount money={explanation.payment} />{" "}
            is <Rounded exact={explanation.exact} money={explanation.rounded} />
            {explanation.matches
              ? "."
              : ", which is not what was booked: reconciliation tells why."}
          </li>
        ))}
        {skipped.map(({ level, reason }) => (
          <li key={`skipped ${level}`}>
            Level {level} earned nothing: {codeWords(reason)}.
          </li>
        ))}
      </ul>
    </details>
  );
}

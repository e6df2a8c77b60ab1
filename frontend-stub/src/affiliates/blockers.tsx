import type { AffiliateCommissionFragment } from "../generated/operations";
import { nextSteps } from "./commission-words";
import { DueDate } from "./due-date";

type Blocker = AffiliateCommissionFragment["blockers"][number];

/** Why something is not paid yet, and what happens next. */
export function Blockers({ blockers }: { blockers: readonly Blocker[] }) {
  return (
    <ul className="blockers">
      {blockers.map(({ code, message, until }) => (
        <li key={code}>
          {message}
          {until && (
            <>
              {" "}
              Until <DueDate at={until} />.
            </>
          )}
          <span className="second">{nextSteps[code]}</span>
        </li>
      ))}
    </ul>
  );
}

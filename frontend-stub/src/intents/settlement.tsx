import { Amount } from "../parts/amount";
import { FullInstant } from "../parts/instant";
import { CommissionsTable } from "./commissions-table";
import type { Detail } from "./detail";
import { Fact } from "./facts";
import { Journal } from "./journal";

type Commissions = NonNullable<NonNullable<Detail["settlement"]>["commissions"]>;

/** The proof that the intent happened, and what it moved. */
export function SettlementSection({
  settlement,
}: {
  settlement: NonNullable<Detail["settlement"]>;
}) {
  const journals = settlement.ledgerTransactions ?? [];
  const commissions = settlement.commissions ?? [];
  return (
    <>
      <section aria-labelledby="settlement">
        <h2 id="settlement">Settlement</h2>
        <dl className="facts card">
          <Fact name="Confirmed">
            <FullInstant at={settlement.confirmedAt} programTime />
          </Fact>
          {settlement.undoneAt && (
            <Fact name="Undone by the chain">
              <FullInstant at={settlement.undoneAt} />
            </Fact>
          )}
          <Fact name="Amount">
            <Amount money={settlement.amount} />
          </Fact>
          {settlement.blockNumber && (
            <Fact name="Log">
              block {settlement.blockNumber}, index {settlement.logIndex}
            </Fact>
          )}
          {settlement.gasShare && (
            <Fact name="Share of the gas">
              <Amount money={settlement.gasShare} />
            </Fact>
          )}
        </dl>
      </section>
      {journals.length > 0 && (
        <section aria-labelledby="ledger">
          <h2 id="ledger">Ledger postings</h2>
          {journals.map((journal) => (
            <Journal key={journal.id} journal={journal} owners={ownersOf(commissions)} />
          ))}
        </section>
      )}
      {commissions.length > 0 && (
        <section aria-labelledby="commissions">
          <h2 id="commissions">Commissions</h2>
          <CommissionsTable commissions={commissions} />
        </section>
      )}
    </>
  );
}

/** Referral codes by affiliate, to say whose account an entry is in. */
function ownersOf(commissions: Commissions): ReadonlyMap<string, string> {
  return new Map(commissions.map(({ affiliate }) => [affiliate.id, affiliate.referralCode]));
}

import { Amount } from "../parts/amount";
import { Fact } from "../parts/fact";
import { FullInstant } from "../parts/instant";
import { CommissionsTable } from "./commissions-table";
import type { Detail } from "./detail";
import { Journal } from "./journal";
import { Refunds } from "./refunds";

type Commissions = NonNullable<NonNullable<Detail["settlement"]>["commissions"]>;

interface Props {
  readonly slug: string;
  readonly settlement: NonNullable<Detail["settlement"]>;
}

/** The proof that the intent happened, and what it moved. */
export function SettlementSection({ slug, settlement }: Props) {
  const journals = settlement.ledgerTransactions ?? [];
  const commissions = settlement.commissions ?? [];
  const refunds = settlement.reversals ?? [];
  return (
    <>
      <section aria-labelledby="settlement">
        <h2 id="settlement">Settlement</h2>
        <dl className="facts card">
          <Fact name="Settled, by the block’s clock">
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
      {refunds.length > 0 && (
        <section aria-labelledby="refunds">
          <h2 id="refunds">Refunds</h2>
          <Refunds slug={slug} refunds={refunds} />
        </section>
      )}
      {journals.length > 0 && (
        <section aria-labelledby="ledger">
          <h2 id="ledger">Ledger postings</h2>
          {journals.map((journal) => (
            <Journal
              key={journal.id}
              slug={slug}
              journal={journal}
              owners={ownersOf(commissions)}
            />
          ))}
        </section>
      )}
      {commissions.length > 0 && (
        <section aria-labelledby="commissions">
          <h2 id="commissions">Commissions</h2>
          <CommissionsTable slug={slug} commissions={commissions} />
        </section>
      )}
    </>
  );
}

/** Referral codes by affiliate, to say whose account an entry is in. */
function ownersOf(commissions: Commissions): ReadonlyMap<string, string> {
  return new Map(commissions.map(({ affiliate }) => [affiliate.id, affiliate.referralCode]));
}

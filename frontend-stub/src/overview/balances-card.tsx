import { useId } from "react";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import type { Standing } from "./tasks";

type Balance = NonNullable<Standing["balances"]>[number];

/** The same money as the chain says it and as the ledger does, and whose it is. */
export function BalancesCard({ balance }: { balance: Balance }) {
  const heading = useId();
  const { currency, onChain, ledger, readAt } = balance;
  return (
    <section className="card" aria-labelledby={heading}>
      <h2 id={heading}>
        Treasury <span className="muted small-text">{currency}</span>
      </h2>
      <table className="balances">
        <caption className="hidden">The treasury in {currency}</caption>
        <tbody>
          <Row name="On the chain" money={onChain} />
          <Row name="In the ledger" money={ledger} />
          <Row name="Owed to affiliates" money={balance.owedToAffiliates} />
          <Row name="Owed as refunds" money={balance.owedRefunds} />
          <Row name="Not explained yet" money={balance.suspense} />
          <Row name="Free to take" money={balance.available} />
        </tbody>
      </table>
      <p className="muted small-text">
        {compared(balance)}{" "}
        {readAt && (
          <>
            Chain read <Instant at={readAt} />.
          </>
        )}
      </p>
    </section>
  );
}

function compared({ onChain, ledger }: Balance): string {
  if (!onChain) return "The chain was not read yet.";
  if (onChain.amount === ledger.amount) return "Chain and ledger agree.";
  return "Chain and ledger differ while a payment is under way.";
}

function Row({ name, money }: { name: string; money: Balance["onChain"] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="right">
        <Amount money={money} />
      </td>
    </tr>
  );
}

import type { SectionProps } from "../shell/sections";
import { AccountPage } from "./account-page";
import { AccountsPage } from "./accounts-page";
import { TransactionPage } from "./transaction-page";
import { TransactionsPage } from "./transactions-page";
import { TrialBalancePage } from "./trial-balance-page";
import "./ledger.css";

/** #/p/<slug>/ledger, …/accounts, …/accounts/<id>, …/transactions, …/transactions/<id>. */
export default function Ledger({ program, rest: [view, id], query }: SectionProps) {
  if (view === "accounts") {
    if (id === undefined) return <AccountsPage program={program} query={query} />;
    return <AccountPage key={id} program={program} id={id} query={query} />;
  }
  if (view === "transactions") {
    if (id === undefined) return <TransactionsPage program={program} query={query} />;
    return <TransactionPage key={id} program={program} id={id} />;
  }
  return <TrialBalancePage program={program} query={query} />;
}

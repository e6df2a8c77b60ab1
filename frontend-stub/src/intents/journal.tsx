import type { EntryLineFragment, PostedJournalFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { ScrollArea } from "../parts/scroll-area";
import { codeWords } from "../parts/status";
import { balances } from "../values/money";

/** One business event: its entries side by side, debit and credit. */
export function Journal({ journal }: { journal: PostedJournalFragment }) {
  const entries = journal.entries?.nodes ?? [];
  const whole = !journal.entries?.pageInfo.hasNextPage;
  return (
    <ScrollArea card label={`Journal ${codeWords(journal.kind)}`}>
      <table>
        <caption>
          {codeWords(journal.kind)}{" "}
          <span className="muted small-text">
            posted <Instant at={journal.postedAt} />
          </span>
          {whole && balances(entries) && <span className="tag active">Balanced</span>}
        </caption>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">Purpose</th>
            <th scope="col" className="right">
              Debit
            </th>
            <th scope="col" className="right">
              Credit
            </th>
            <th scope="col" className="right">
              Balance after
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

function EntryRow({ entry }: { entry: EntryLineFragment }) {
  const amount = <Amount money={entry.amount} />;
  return (
    <tr>
      <th scope="row" title={entry.account.ownerId ?? undefined}>
        {codeWords(entry.account.kind)}
      </th>
      <td>{codeWords(entry.purpose)}</td>
      <td className="right">{entry.direction === "DEBIT" && amount}</td>
      <td className="right">{entry.direction === "CREDIT" && amount}</td>
      <td className="right muted">
        <Amount money={entry.balanceAfter} />
      </td>
    </tr>
  );
}

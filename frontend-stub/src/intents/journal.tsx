import type { EntryLineFragment, PostedJournalFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { ScrollArea } from "../parts/scroll-area";
import { codeWords } from "../parts/status";
import { balances } from "../values/money";

interface Props {
  readonly journal: PostedJournalFragment;
  /** What people call the owners of accounts, by their id. */
  readonly owners: ReadonlyMap<string, string>;
}

/** One business event: its entries side by side, debit and credit. */
export function Journal({ journal, owners }: Props) {
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
            <EntryRow key={entry.id} entry={entry} owners={owners} />
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

interface EntryProps {
  readonly entry: EntryLineFragment;
  readonly owners: Props["owners"];
}

function EntryRow({ entry, owners }: EntryProps) {
  const { kind, ownerId } = entry.account;
  const owner = ownerId && owners.get(ownerId);
  const amount = <Amount money={entry.amount} />;
  return (
    <tr>
      <th scope="row" title={ownerId ?? undefined}>
        {codeWords(kind)} {owner && <code>{owner}</code>}
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

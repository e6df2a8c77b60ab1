import type { EntryLineFragment, PostedJournalFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { ScrollArea } from "../parts/scroll-area";
import { codeWords } from "../parts/status";
import { accountHref, ledgerTransactionHref } from "../routing";
import { balances } from "../values/money";

interface Props {
  readonly slug: string;
  readonly journal: PostedJournalFragment;
  /** What people call the owners of accounts, by their id. */
  readonly owners: ReadonlyMap<string, string>;
}

/** One business event: its entries side by side, debit and credit. */
export function Journal({ slug, journal, owners }: Props) {
  const entries = journal.entries?.nodes ?? [];
  const whole = !journal.entries?.pageInfo.hasNextPage;
  return (
    <ScrollArea card label={`Journal ${codeWords(journal.kind)}`}>
      <table>
        <caption>
          <a href={ledgerTransactionHref(slug, journal.id)}>{codeWords(journal.kind)}</a>{" "}
          <span className="muted small-text">
            posted <Instant at={journal.postedAt} />
          </span>
          {whole && balances(entries) && <span className="tag active">Balanced</span>}
        </caption>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col" className="wide">
              Purpose
            </th>
            <th scope="col" className="right">
              Debit
            </th>
            <th scope="col" className="right">
              Credit
            </th>
            <th scope="col" className="right wide">
              Balance after
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} slug={slug} entry={entry} owners={owners} />
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

interface EntryProps {
  readonly slug: string;
  readonly entry: EntryLineFragment;
  readonly owners: Props["owners"];
}

function EntryRow({ slug, entry, owners }: EntryProps) {
  const { id, kind, ownerId } = entry.account;
  const owner = ownerId && owners.get(ownerId);
  const amount = <Amount money={entry.amount} />;
  return (
    <tr>
      <th scope="row" title={ownerId ?? undefined}>
        <a href={accountHref(slug, id)}>{codeWords(kind)}</a> {owner && <code>{owner}</code>}
        <span className="second narrow">{codeWords(entry.purpose)}</span>
      </th>
      <td className="wide">{codeWords(entry.purpose)}</td>
      <td className="right">{entry.direction === "DEBIT" && amount}</td>
      <td className="right">{entry.direction === "CREDIT" && amount}</td>
      <td className="right muted wide">
        <Amount money={entry.balanceAfter} />
      </td>
    </tr>
  );
}

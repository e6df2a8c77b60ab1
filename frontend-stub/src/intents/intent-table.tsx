import { memo } from "react";
import { Amount } from "../parts/amount";
import { Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { kindWords, StageText, StatusMark } from "../parts/status";
import { intentHref } from "../routing";
import type { Row } from "./intent-list";

export function IntentTable({ slug, rows }: { slug: string; rows: readonly Row[] }) {
  return (
    <table className="intents">
      <caption className="hidden">Intents, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Intent</th>
          <th scope="col" className="right">
            Amount
          </th>
          <th scope="col">Status</th>
          <th scope="col" className="wide">
            Transaction
          </th>
          <th scope="col" className="right wide">
            Created
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <IntentLine key={row.id} slug={slug} row={row} />
        ))}
      </tbody>
    </table>
  );
}

/** Only a row that changed renders again. */
const IntentLine = memo(function IntentLine({ slug, row }: { slug: string; row: Row }) {
  const transaction = row.attempts.at(-1)?.transaction;
  return (
    <tr>
      <th scope="row">
        <a className="cover" href={intentHref(slug, row.id)}>
          {kindWords[row.kind]}
        </a>
        <span className="second">
          {row.wallet && <Hash value={row.wallet} />}
          <span className="narrow">
            <Instant at={row.createdAt} />
          </span>
        </span>
      </th>
      <td className="right">
        <Amount money={row.amount} />
      </td>
      <td>
        <span key={row.version} className="changed">
          <StatusMark status={row.status} />
          <span className="second">
            <StageText {...row} />
          </span>
        </span>
        {transaction && (
          <span className="second narrow">
            <Hash value={transaction.hash} href={transaction.explorerUrl} />
          </span>
        )}
      </td>
      <td className="wide">
        {transaction ? (
          <Hash value={transaction.hash} href={transaction.explorerUrl} />
        ) : (
          <span className="muted">–</span>
        )}
        {row.attempts.length > 1 && <span className="second">{row.attempts.length} attempts</span>}
      </td>
      <td className="right wide">
        <Instant at={row.createdAt} />
      </td>
    </tr>
  );
});

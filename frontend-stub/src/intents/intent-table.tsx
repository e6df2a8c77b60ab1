import { memo, useState } from "react";
import type { IntentStatus } from "../generated/operations";
import { Amount } from "../parts/amount";
import { Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { useRowWindow } from "../parts/row-window";
import { kindWords, StageText, StatusMark } from "../parts/status";
import { intentHref } from "../routing";
import type { Row } from "./intent-list";

const rowHeight = 61;

interface Props {
  readonly slug: string;
  readonly rows: readonly Row[];
  /** The statuses that the list was asked for; a row stays where it is when it has another one meanwhile. */
  readonly wanted?: readonly IntentStatus[];
}

/** Only rows near the screen are there, however many were read. */
export function IntentTable({ slug, rows, wanted = [] }: Props) {
  const view = useRowWindow(rows.length, rowHeight);
  return (
    <table className="intents" aria-rowcount={rows.length + 1}>
      <caption className="hidden">Intents, newest first</caption>
      <thead>
        <tr aria-rowindex={1}>
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
      <tbody ref={view.body}>
        <Gap height={view.above} />
        {view.indexes.map((index) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <IntentLine
              key={row.id}
              slug={slug}
              row={row}
              left={wanted.length > 0 && !wanted.includes(row.status)}
              index={index}
              measure={view.measure}
            />
          );
        })}
        <Gap height={view.below} />
      </tbody>
    </table>
  );
}

/** Stands for the rows that are not there. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr className="gap">
      <td colSpan={5} style={{ height }} />
    </tr>
  );
}

interface LineProps {
  readonly slug: string;
  readonly row: Row;
  /** It went on since the list was asked for. */
  readonly left: boolean;
  readonly index: number;
  readonly measure: (line: HTMLTableRowElement | null) => void;
}

/** Only a row that changed renders again. */
const IntentLine = memo(function IntentLine({ slug, row, left, index, measure }: LineProps) {
  const transaction = row.attempts.at(-1)?.transaction;
  const [before] = useState(row.updatedAt);
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2}>
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
        <span key={row.updatedAt} className={row.updatedAt === before ? undefined : "changed"}>
          <StatusMark status={row.status} />
          <span className="second">
            <StageText {...row} />
          </span>
        </span>
        {left && <span className="second">no longer what is filtered</span>}
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

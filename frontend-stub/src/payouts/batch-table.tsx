import type { PayoutsBatchRowFragment } from "../generated/operations";
import { Actor } from "../parts/actor";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { batchHref } from "../routing";
import { signedBy } from "./signatures";
import { Mark } from "./status-mark";
import { batchWords } from "./words";

export function BatchTable({ slug, rows }: Props) {
  return (
    <table className="intents">
      <caption className="hidden">Payout batches, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Batch</th>
          <th scope="col" className="right">
            Total
          </th>
          <th scope="col">Status</th>
          <th scope="col" className="wide">
            Signatures
          </th>
          <th scope="col" className="wide">
            Made by
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <a className="cover" href={batchHref(slug, row.id)}>
                {recipients(row.payoutCount)}
              </a>
              <span className="second">
                <Instant at={row.createdAt} />
              </span>
            </th>
            <td className="right">
              <Amount money={row.total} />
            </td>
            <td>
              <span key={row.version} className="changed">
                <Mark status={row.status} words={batchWords[row.status]} />
                {row.executedAt && (
                  <span className="second">
                    <Instant at={row.executedAt} programTime />
                  </span>
                )}
              </span>
            </td>
            <td className="wide">
              {signedBy(row.safeTransactions)} of {row.requiredApprovals}
            </td>
            <td className="wide">
              <Actor actor={row.createdBy} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Props {
  readonly slug: string;
  readonly rows: readonly PayoutsBatchRowFragment[];
}

export function recipients(count: number): string {
  if (count === 0) return "Pays nobody";
  return `${count.toLocaleString("en")} recipient${count === 1 ? "" : "s"}`;
}

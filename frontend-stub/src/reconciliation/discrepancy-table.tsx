import type { ReconciledDiscrepancyFragment } from "../generated/operations";
import { Instant } from "../parts/instant";
import { discrepancyHref } from "../routing";
import { type Currency, inCurrency } from "./amounts";
import { SeverityMark } from "./mark";
import { shortened } from "./message";
import { kindWords } from "./words";

interface Props {
  readonly slug: string;
  readonly label: string;
  readonly rows: readonly ReconciledDiscrepancyFragment[];
  readonly currencies: readonly Currency[];
}

export function DiscrepancyTable({ slug, label, rows, currencies }: Props) {
  return (
    <table className="intents">
      <caption className="hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">Discrepancy</th>
          <th scope="col">Severity</th>
          <th scope="col" className="right">
            Since
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <a className="cover" href={discrepancyHref(slug, row.id)}>
                {kindWords[row.kind].title}
              </a>
              <span className="second break">{shortened(inCurrency(row.message, currencies))}</span>
            </th>
            <td>
              <SeverityMark severity={row.severity} />
            </td>
            <td className="right">
              <Instant at={row.openedAt} />
              {row.resolvedAt && (
                <span className="second">
                  explained <Instant at={row.resolvedAt} />
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import type { EarnedCommissionFragment } from "../generated/operations";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { ScrollArea } from "../parts/scroll-area";
import { codeWords } from "../parts/status";
import { percent } from "../values/money";

export function CommissionsTable({
  commissions,
}: {
  commissions: readonly EarnedCommissionFragment[];
}) {
  return (
    <ScrollArea card label="Commissions by level">
      <table>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Affiliate</th>
            <th scope="col" className="right">
              Rate
            </th>
            <th scope="col" className="right">
              Amount
            </th>
            <th scope="col">Status</th>
            <th scope="col">Payable</th>
          </tr>
        </thead>
        <tbody>
          {commissions.map((commission) => (
            <tr key={commission.id}>
              <th scope="row">{commission.level}</th>
              <td>
                {commission.affiliate.displayName} <code>{commission.affiliate.referralCode}</code>
              </td>
              <td className="right amount">{percent(commission.rateBps)}</td>
              <td className="right">
                <Amount money={commission.amount} />
              </td>
              <td>{codeWords(commission.status)}</td>
              <td>
                <Instant at={commission.payableAt} programTime />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

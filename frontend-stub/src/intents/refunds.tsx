import type { RefundedFragment } from "../generated/operations";
import { Actor } from "../parts/actor";
import { Amount } from "../parts/amount";
import { Instant } from "../parts/instant";
import { ScrollArea } from "../parts/scroll-area";
import { codeWords } from "../parts/status";
import { batchHref, ledgerTransactionHref } from "../routing";

interface Props {
  readonly slug: string;
  readonly refunds: readonly RefundedFragment[];
}

/** What was taken back of the settlement; a refund is paid by the next batch. */
export function Refunds({ slug, refunds }: Props) {
  return (
    <ScrollArea card label="Refunds and how they are paid">
      <table>
        <caption className="hidden">Refunds and how they are paid</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col" className="right">
              Amount
            </th>
            <th scope="col">Paid back</th>
            <th scope="col">Reason</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {refunds.map(({ id, at, amount, refund, reason, actor, ledgerTransaction }) => (
            <tr key={id}>
              <th scope="row">
                <Instant at={at} programTime />
                {ledgerTransaction && (
                  <a className="second" href={ledgerTransactionHref(slug, ledgerTransaction.id)}>
                    Posting
                  </a>
                )}
              </th>
              <td className="right">
                <Amount money={amount} />
              </td>
              <td>
                {refund?.batch ? (
                  <a href={batchHref(slug, refund.batch.id)}>{codeWords(refund.status)}</a>
                ) : (
                  "By the next batch"
                )}
              </td>
              <td className="why">{reason}</td>
              <td>
                <Actor actor={actor} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

import type { AttemptFragment } from "../generated/operations";
import { CopyButton, Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { ScrollArea } from "../parts/scroll-area";
import { gwei } from "../values/money";

type Transaction = NonNullable<AttemptFragment["transaction"]>;

/** Each signature made for the nonce: the first, and those with a higher fee. */
export function CopiesTable({ transaction }: { transaction: Transaction }) {
  const { copies, hash, explorerUrl } = transaction;
  return (
    <ScrollArea label="Signed copies">
      <table>
        <caption>Signed copies</caption>
        <thead>
          <tr>
            <th scope="col">Hash</th>
            <th scope="col" className="right">
              Max fee, gwei
            </th>
            <th scope="col" className="right">
              Tip, gwei
            </th>
            <th scope="col" className="right">
              Sends
            </th>
            <th scope="col">Signed</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {copies.map((copy) => (
            <tr key={copy.hash}>
              <th scope="row">
                <Hash value={copy.hash} href={copy.hash === hash ? explorerUrl : null} />{" "}
                <CopyButton value={copy.hash} what="the copy's hash" />
              </th>
              <td className="right amount">{gwei(copy.maxFeePerGas)}</td>
              <td className="right amount">{gwei(copy.maxPriorityFeePerGas)}</td>
              <td className="right amount">{copy.sends}</td>
              <td>
                <Instant at={copy.createdAt} />
              </td>
              <td className="why">{outcome(copy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

/** A copy of a nonce is mined, or another one was, or none is yet. */
function outcome({ mined, lastError, sends }: Transaction["copies"][number]): string {
  if (mined) return "Mined";
  if (lastError !== null) return `The node answered: ${lastError}`;
  return sends > 0 ? "Sent; not mined" : "Not sent yet";
}

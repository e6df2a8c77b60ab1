import type { AttemptFragment } from "../generated/operations";
import { Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { ScrollArea } from "../parts/scroll-area";
import { gwei } from "../values/money";

type Copies = NonNullable<AttemptFragment["transaction"]>["copies"];

/** Each signature made for the nonce: the first, and those with a higher fee. */
export function CopiesTable({ copies }: { copies: Copies }) {
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
                <Hash value={copy.hash} />
              </th>
              <td className="right amount">{gwei(copy.maxFeePerGas)}</td>
              <td className="right amount">{gwei(copy.maxPriorityFeePerGas)}</td>
              <td className="right amount">{copy.sends}</td>
              <td>
                <Instant at={copy.createdAt} />
              </td>
              <td>{copy.mined ? "Mined" : (copy.lastError ?? "Not mined")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

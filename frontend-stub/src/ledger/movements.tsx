import type { LedgerTransactionQuery } from "../generated/operations";
import { Amount } from "../parts/amount";
import { CopyButton, Hash } from "../parts/hash";
import { ScrollArea } from "../parts/scroll-area";

type Transaction = Extract<LedgerTransactionQuery["node"], { __typename: "LedgerTransaction" }>;
type Movement = NonNullable<Transaction["movements"]>[number];

/** As many as the API lists of one transaction. */
const most = 100;

/** Where the chain shows it. What moves nothing into or out of the treasury claims nothing there. */
export function Movements({ movements }: { movements: readonly Movement[] }) {
  if (movements.length === 0) return null;
  return (
    <section aria-labelledby="chain">
      <h2 id="chain">On the chain</h2>
      <ScrollArea card label="Transfers that it claims">
        <table>
          <caption className="hidden">Transfers that it claims</caption>
          <thead>
            <tr>
              <th scope="col">Transfer</th>
              <th scope="col">Transaction</th>
              <th scope="col" className="right">
                Block
              </th>
              <th scope="col" className="right">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {movements.map((one) => (
              <MovementRow
                key={`${one.transactionHash}${one.logIndex}${one.direction}`}
                one={one}
              />
            ))}
          </tbody>
        </table>
      </ScrollArea>
      {movements.length === most && (
        <p className="muted small-text">The first {most} are shown; there may be more.</p>
      )}
    </section>
  );
}

function MovementRow({ one }: { one: Movement }) {
  return (
    <tr>
      <th scope="row">
        {one.direction === "IN" ? "Into the treasury" : "Out of the treasury"}
        {one.undone && <span className="tag"> taken back by the chain</span>}
      </th>
      <td>
        {one.transactionHash ? (
          <>
            <Hash value={one.transactionHash} href={webAddress(one.explorerUrl)} />{" "}
            <CopyButton value={one.transactionHash} what="the transaction's hash" />
          </>
        ) : (
          <span className="muted">was there at the beginning</span>
        )}
      </td>
      <td className="right">
        {one.blockNumber}
        {one.logIndex !== null && <span className="muted"> log {one.logIndex}</span>}
      </td>
      <td className="right">
        <Amount money={one.amount} />
      </td>
    </tr>
  );
}

/** Only a web address is a link: what else a server may say would run in the page. */
function webAddress(url: string | null): string | null {
  return url && /^https?:\/\//.test(url) ? url : null;
}

import { Amount } from "../parts/amount";
import { Fact } from "../parts/fact";
import { CopyButton, Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { Person } from "../parts/person";
import { recipients } from "./batch-table";
import { ExplorerLink } from "./explorer-link";
import { Mark } from "./status-mark";
import type { Batch, PayingProgram } from "./use-batch";
import { deathWords, safeWords } from "./words";

type Transaction = Batch["safeTransactions"][number];

/** So many are open at first. */
const few = 3;

export function SafeTransactions({ program, batch }: { program: PayingProgram; batch: Batch }) {
  const open = batch.safeTransactions.length <= few;
  return (
    <section aria-labelledby="safe-transactions">
      <h2 id="safe-transactions">Safe transactions</h2>
      <div className="safe-transactions">
        {batch.safeTransactions.map((each) => (
          <details key={each.id} className="card" open={open}>
            <summary>
              <span className="summary-name">Nonce {each.nonce}</span>
              <Mark status={each.status} words={safeWords[each.status]} />
              <span className="muted small-text">
                {recipients(each.payoutCount)} · {each.signatures.length} of{" "}
                {batch.requiredApprovals} signatures
              </span>
              <span className="right summary-amount">
                <Amount money={each.total} />
              </span>
            </summary>
            {each.death && <p className="problem">{deathWords[each.death]}</p>}
            <TransactionFacts transaction={each} />
            <Owners owners={program.treasury.owners} transaction={each} />
          </details>
        ))}
      </div>
    </section>
  );
}

function TransactionFacts({ transaction }: { transaction: Transaction }) {
  const { hash, contentHash, to, simulation, transactionHash } = transaction;
  return (
    <dl className="facts">
      <Fact name="Safe transaction hash">
        <Hash value={hash} /> <CopyButton value={hash} what="the Safe transaction's hash" />
      </Fact>
      <Fact name="Hash of its transfers">
        <Hash value={contentHash} /> <CopyButton value={contentHash} what="the content hash" />
      </Fact>
      <Fact name="Calls">
        <Hash value={to} /> <CopyButton value={to} what="the called address" />
      </Fact>
      {simulation && (
        <Fact name="Tried on the chain">
          {simulation.refused === 0
            ? `all ${simulation.passed} pass`
            : `${simulation.passed} pass, ${simulation.refused} refused`}{" "}
          at block {simulation.blockNumber}, about{" "}
          {Number(simulation.gasEstimate).toLocaleString("en")} gas, <Instant at={simulation.at} />
        </Fact>
      )}
      {transactionHash && (
        <Fact name="Executed by">
          <ExplorerLink hash={transactionHash} transaction={transaction.transaction} />{" "}
          <CopyButton value={transactionHash} what="the transaction's hash" />
        </Fact>
      )}
      {!transactionHash && transaction.transaction && (
        <Fact name="Relayed by">
          <ExplorerLink hash={transaction.transaction.hash} transaction={transaction.transaction} />{" "}
          {transaction.transaction.confirmations} confirmations
        </Fact>
      )}
    </dl>
  );
}

interface OwnersProps {
  readonly owners: readonly string[];
  readonly transaction: Transaction;
}

/** Owners of today, and who signed while they were one. */
function Owners({ owners, transaction: { signatures } }: OwnersProps) {
  const former = signatures.filter(({ owner }) => !owners.includes(owner));
  return (
    <ul className="owners" aria-label="Owners">
      {[...owners, ...former.map(({ owner }) => owner)].map((owner) => {
        const signed = signatures.find((each) => each.owner === owner);
        return (
          <li key={owner}>
            <Person wallet={owner} /> <CopyButton value={owner} what="the owner's address" />{" "}
            {signed ? (
              <span className="signed">
                signed <Instant at={signed.at} />
              </span>
            ) : (
              <span className="muted">not signed</span>
            )}
            {!owners.includes(owner) && <span className="muted">, no owner any more</span>}
          </li>
        );
      })}
    </ul>
  );
}

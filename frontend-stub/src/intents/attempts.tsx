import type { AttemptFragment, ChainTransactionStatus } from "../generated/operations";
import { Fact } from "../parts/fact";
import { CopyButton, Hash } from "../parts/hash";
import { Instant } from "../parts/instant";
import { Empty } from "../parts/states";
import { codeWords } from "../parts/status";
import { CopiesTable } from "./copies-table";

type Transaction = NonNullable<AttemptFragment["transaction"]>;

/** What the state of a nonce means for the intent. */
const statusWords: Record<ChainTransactionStatus, string> = {
  PREPARED: "Signed, and not sent yet.",
  BROADCAST: "Sent to the chain; in no block yet.",
  MINED: "In a block, which is watched until it is final.",
  CONFIRMED: "In a final block.",
  REVERTED: "The chain refused it: nothing of it happened.",
  DISPLACED: "Another transaction used its nonce: it can never happen.",
};

/** Every try at the chain, oldest first. */
export function Attempts({ attempts }: { attempts: readonly AttemptFragment[] }) {
  return (
    <section aria-labelledby="attempts">
      <h2 id="attempts">Attempts</h2>
      {attempts.length === 0 && <Empty title="No try at the chain yet" />}
      {attempts.map((attempt) => (
        <div key={attempt.number} className="card attempt">
          <h3>
            Attempt {attempt.number}{" "}
            <span className="muted small-text">
              started <Instant at={attempt.startedAt} />
              {attempt.finishedAt && (
                <>
                  , finished <Instant at={attempt.finishedAt} />
                </>
              )}
            </span>
          </h3>
          {attempt.failure && (
            <p className="problem">
              {codeWords(attempt.failure.code)}: {attempt.failure.message}
            </p>
          )}
          {attempt.transaction && <ChainTransaction transaction={attempt.transaction} />}
        </div>
      ))}
    </section>
  );
}

function ChainTransaction({ transaction }: { transaction: Transaction }) {
  const { receipt } = transaction;
  return (
    <>
      <dl className="facts">
        <Fact name="Transaction">
          <Hash value={transaction.hash} href={transaction.explorerUrl} />{" "}
          <CopyButton value={transaction.hash} what="the transaction's hash" />
        </Fact>
        <Fact name="Status">
          {codeWords(transaction.status)}
          <span className="second">{statusWords[transaction.status]}</span>
        </Fact>
        <Fact name="Relayer">
          <Hash value={transaction.from} /> nonce {transaction.nonce}
        </Fact>
        {receipt && (
          <>
            <Fact name="Block">
              {receipt.blockNumber} <Hash value={receipt.blockHash} />
            </Fact>
            <Fact name="Gas">
              {receipt.gasUsed} used, {receipt.cost.amount} {receipt.cost.currency}
            </Fact>
          </>
        )}
      </dl>
      <CopiesTable transaction={transaction} />
    </>
  );
}

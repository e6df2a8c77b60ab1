import { CopyButton } from "../parts/hash";
import { Differences } from "./differences";
import type { Batch } from "./use-batch";
import type { Compared } from "./use-proof";
import type { Recipients } from "./use-recipients";

interface Props {
  readonly batch: Batch;
  readonly recipients: Recipients;
  readonly compared: Compared;
}

export function ProofResult({ batch, recipients, compared }: Props) {
  const { last, done } = compared;
  const proof = compared.proof ?? last;
  const parts = batch.safeTransactions.length;
  if (!recipients.rows) {
    return (
      <p className="muted">
        <span role="status">Reading the recipients:</span> {recipients.loaded} of{" "}
        {batch.payoutCount}.
      </p>
    );
  }
  if (!proof) {
    return (
      <p className="muted">
        <span role="status">Rebuilding what is signed from the rows on this page:</span> {done} of{" "}
        {parts}.
      </p>
    );
  }
  if (proof.differences.length > 0) return <Differences differences={proof.differences} />;
  return (
    <>
      <p className="agrees" role="status">
        <strong>The page and the server agree.</strong> From the {batch.payoutCount} rows below, the
        program's token and its treasury, this page rebuilt content hash, calldata and Safe
        transaction hash of{" "}
        {parts === 1 ? "the Safe transaction" : `all ${parts} Safe transactions`}: each is the
        server's.
      </p>
      <dl className="hash-pair">
        <dt>Content hash, this page</dt>
        <dd>
          <code className="break">{proof.contentHash}</code>{" "}
          <CopyButton value={proof.contentHash ?? ""} what="the content hash of this page" />
        </dd>
        <dt>Content hash, the server</dt>
        <dd>
          <code className="break">{batch.contentHash}</code>{" "}
          <CopyButton value={batch.contentHash} what="the content hash of the server" />
        </dd>
      </dl>
      <details className="hashes">
        <summary>What a wallet shows: Safe transaction hash, by nonce</summary>
        <dl className="hash-pair">
          {proof.transactions.map(({ id, hash, document }) => (
            <div key={id}>
              <dt>Nonce {document.message.nonce}</dt>
              <dd>
                <code className="break">{hash}</code>{" "}
                <CopyButton value={hash} what={`the hash with nonce ${document.message.nonce}`} />
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

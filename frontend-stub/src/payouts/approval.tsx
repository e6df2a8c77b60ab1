import { ProofResult } from "./proof-result";
import { SigningPanel } from "./signing-panel";
import type { Batch, PayingProgram } from "./use-batch";
import type { Compared } from "./use-proof";
import type { Recipients } from "./use-recipients";

interface Props {
  readonly program: PayingProgram;
  readonly batch: Batch;
  /** The Safe's next one, as it was last read. */
  readonly nonce: string;
  readonly recipients: Recipients;
  readonly compared: Compared;
  /** Whether all that stands above is on the page: owners look at it first, and a button that moves is missed. */
  readonly settled: boolean;
  readonly done: () => void;
}

/** Money leaves by what is signed here: first what the page makes of the rows, then the wallet. */
export function Approval({ program, batch, nonce, recipients, compared, settled, done }: Props) {
  // While the batch is compared again, what was said stays to be read; the button waits.
  const proof = compared.proof ?? compared.last;
  return (
    <section className="card approval" aria-labelledby="approval">
      <h2 id="approval">What owners sign</h2>
      <ProofResult batch={batch} recipients={recipients} compared={compared} />
      {settled && proof && proof.differences.length === 0 && proof.contentHash && (
        <SigningPanel
          program={program}
          batch={batch}
          nonce={nonce}
          contentHash={proof.contentHash}
          transactions={proof.transactions}
          compared={compared.proof !== null}
          done={done}
        />
      )}
    </section>
  );
}

import { useEffect, useId, useState } from "react";
import type { Hex } from "viem";
import { Person, useNames } from "../parts/person";
import { useAccess } from "../shell/access";
import { keptSignatures } from "./kept-signatures";
import type { Rebuilt } from "./proof/check-transaction";
import { waits } from "./signatures";
import type { Batch, PayingProgram } from "./use-batch";
import { useSigning } from "./use-signing";
import { whoSigns } from "./who-signs";

interface Props {
  readonly program: PayingProgram;
  readonly batch: Batch;
  readonly nonce: string;
  /** The page's own, which is the server's too. */
  readonly contentHash: Hex;
  readonly transactions: readonly Rebuilt[];
  /** Whether that is so of what the page shows now; false while it is compared again. */
  readonly compared: boolean;
  readonly done: () => void;
}

/** Shown only when nothing differs. */
export function SigningPanel(props: Props) {
  const { program, batch, nonce } = props;
  const access = useAccess();
  const { owners, words } = whoSigns(access, program, batch, nonce);
  const [chosen, choose] = useState<string | null>(null);
  const field = useId();
  const name = useNames();
  if (!batch.safeTransactions.some(waits)) return null;
  const owner = owners.find((each) => each === chosen) ?? owners[0];
  return (
    <div className="signing">
      {words && <p>{words}</p>}
      {owners.length > 1 && (
        <p className="owner-choice">
          <label htmlFor={field}>Sign as</label>
          <select id={field} value={owner} onChange={(event) => choose(event.target.value)}>
            {owners.map((each) => (
              <option key={each} value={each}>
                {name(each)} {each}
              </option>
            ))}
          </select>
        </p>
      )}
      {owner !== undefined && <OwnerSigns key={owner} {...props} owner={owner} />}
    </div>
  );
}

function OwnerSigns(props: Props & { owner: string }) {
  const { batch, contentHash, transactions, owner, compared, done } = props;
  const waiting = batch.safeTransactions.filter(waits).flatMap(({ id, signatures }) => {
    const rebuilt = transactions.find((each) => each.id === id);
    return rebuilt ? [{ rebuilt, signatures }] : [];
  });
  const signing = useSigning(batch.id, contentHash, owner, waiting, done);
  const { prompt, busy, refusal, remedy, sign } = signing;
  const press = usePress(contentHash, compared, sign);
  const kept = keptSignatures(batch.id, contentHash, owner).count();
  const count = waiting.length;
  return (
    <>
      <p className="muted">
        {count === 1
          ? "Your wallet asks once."
          : `Your wallet asks for each Safe transaction: ${count} times.`}{" "}
        {kept > 0 && !busy && (
          <strong>
            {kept} of {count} signatures were made before and are kept in this tab.
          </strong>
        )}
      </p>
      <p className="sign-row">
        <button
          type="button"
          className="primary"
          onClick={() => !busy && press()}
          aria-disabled={busy}
        >
          {busy ? "Signing…" : kept > 0 ? "Go on signing" : "Sign and approve"}
        </button>
        <span className="muted small-text">
          as <Person wallet={owner} />
        </span>
        <span role="status">
          {prompt && `Signature ${prompt.place} of ${prompt.count}: look at your wallet.`}
          {busy && !prompt && "Sending to the server…"}
        </span>
      </p>
      <p className="problem" role="alert">
        {refusal}
      </p>
      {remedy && !busy && (
        <p>
          <button type="button" onClick={remedy.act}>
            {remedy.name}
          </button>
        </p>
      )}
    </>
  );
}

/**
 * Signs at once, or as soon as what was pressed for is compared again: an event of the batch may come under somebody's
 * finger. Nothing is signed that has another content than was on the page then.
 */
function usePress(contentHash: Hex, compared: boolean, sign: () => Promise<void>): () => void {
  const [pressedFor, setPressedFor] = useState<Hex | null>(null);
  useEffect(() => {
    if (pressedFor === null || !compared) return;
    setPressedFor(null);
    if (pressedFor === contentHash) void sign();
  });
  return () => setPressedFor(contentHash);
}

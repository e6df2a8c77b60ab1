import { type Hex, recoverAddress } from "viem";
import type { KeptSignatures } from "./kept-signatures";
import type { Rebuilt } from "./proof/check-transaction";

/** A Safe transaction that waits for signatures, as the page rebuilt it. */
export interface ToSign {
  readonly rebuilt: Rebuilt;
  /** What owners have signed of it, as the server says. */
  readonly signatures: readonly { readonly owner: string; readonly signature: string }[];
}

interface Signer {
  readonly signTypedData: (document: unknown) => Promise<string>;
}

/**
 * One owner's signatures of everything that waits, in the batch's order. What was signed before an interruption, or is
 * stored at the server and fits, is not asked for again.
 *
 * prompted: called before each question with its place and how many questions there are. wanted: aborted when nobody waits
 * for the answer any more: nothing more is asked then.
 */
export async function signAll(
  owner: string,
  waiting: readonly ToSign[],
  kept: KeptSignatures,
  wallet: () => Promise<Signer>,
  prompted: (place: number, count: number) => void,
  wanted?: AbortSignal,
): Promise<readonly string[]> {
  const known = await Promise.all(waiting.map((one) => knownSignature(owner, one, kept)));
  const count = known.filter((signature) => signature === null).length;
  let place = 0;
  const signatures: string[] = [];
  for (const [index, { rebuilt }] of waiting.entries()) {
    const before = known[index];
    if (before) {
      signatures.push(before);
      continue;
    }
    wanted?.throwIfAborted();
    place += 1;
    prompted(place, count);
    const signer = await wallet();
    wanted?.throwIfAborted();
    const signature = await signer.signTypedData(rebuilt.document);
    kept.keep(rebuilt.hash, signature);
    signatures.push(signature);
  }
  wanted?.throwIfAborted();
  return signatures;
}

async function knownSignature(
  owner: string,
  { rebuilt, signatures }: ToSign,
  kept: KeptSignatures,
): Promise<string | null> {
  const own = kept.of(rebuilt.hash);
  if (own) return own;
  const stored = signatures.find((each) => each.owner === owner)?.signature;
  return stored && (await isBy(owner, rebuilt.hash, stored)) ? stored : null;
}

async function isBy(owner: string, hash: Hex, signature: string): Promise<boolean> {
  try {
    const signer = await recoverAddress({ hash, signature: signature as Hex });
    return signer.toLowerCase() === owner.toLowerCase();
  } catch {
    return false;
  }
}

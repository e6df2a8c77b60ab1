import type { Access } from "../shell/access";
import { may } from "../shell/access";
import { unsignedOwners, waits } from "./signatures";
import type { Batch, PayingProgram } from "./use-batch";

/** Who may be asked to sign here, and what is said to everybody else. */
export interface WhoSigns {
  readonly owners: readonly string[];
  /** What to know, or why nobody is asked. */
  readonly words: string | null;
}

/** nonce: the Safe's next one. */
export function whoSigns(
  access: Access,
  program: PayingProgram,
  batch: Batch,
  nonce: string,
): WhoSigns {
  const waiting = batch.safeTransactions.filter(waits);
  const nobody = (words: string) => ({ owners: [], words });
  if (program.status === "ARCHIVED") return nobody("The program is archived: nothing is signed.");
  const used = waiting.find((each) => BigInt(each.nonce) < BigInt(nonce));
  if (used) {
    return nobody(
      `The Safe has used nonce ${used.nonce} for something else; its next one is ${nonce}. This batch can no longer` +
        " be executed as it is: an admin rejects and replaces it.",
    );
  }
  const unsigned = unsignedOwners(program.treasury.owners, waiting);
  const missing = batch.requiredApprovals - (program.treasury.owners.length - unsigned.length);
  const others = missing > 0 ? ` ${missing} more owner${missing === 1 ? "" : "s"} must sign.` : "";
  if (access.wallet !== null) {
    const { wallet } = access;
    if (!access.owner) return nobody(`Only owners of the treasury's Safe sign.${others}`);
    if (!unsigned.includes(wallet)) return nobody(`You have signed it.${others}`);
    if (batch.createdBy === `wallet:${wallet}` && !program.allowSelfApproval) {
      return nobody(`You made this batch, so another owner approves it.${others}`);
    }
    return { owners: [wallet], words: paused(program) };
  }
  if (!may(access, "MANAGE_PAYOUTS")) {
    return nobody(`Owners sign in with their wallet to sign it.${others}`);
  }
  return { owners: unsigned, words: paused(program) };
}

function paused({ status }: PayingProgram): string | null {
  if (status !== "PAUSED") return null;
  return "The program is paused: signatures are taken, but nothing is executed until an admin resumes it.";
}

import { useEffect, useState } from "react";
import { checkBatch, type Proof } from "./proof/check-batch";
import type { Batch, PayingProgram } from "./use-batch";
import type { Recipient } from "./use-recipients";

export interface Compared {
  /** Of exactly these rows and this batch; null while they are compared. */
  readonly proof: Proof | null;
  /** The newest that is complete, of what was there before: it is shown, and nobody signs by it. */
  readonly last: Proof | null;
  /** Safe transactions compared so far. */
  readonly done: number;
}

/** Rebuilds what owners sign from the rows that the page shows, a Safe transaction at a time. */
export function useProof(
  program: PayingProgram | undefined,
  batch: Batch | null | undefined,
  rows: readonly Recipient[] | null,
): Compared {
  const [state, setState] = useState<Compared & { readonly of: readonly unknown[] }>(nothing);
  useEffect(() => {
    if (!program || !batch || !rows) return;
    const of = [program, batch, rows];
    const steps = checkBatch(program, batch, rows);
    let timer: ReturnType<typeof setTimeout>;
    const next = () => {
      const step = steps.next();
      if (step.done) {
        const done = batch.safeTransactions.length;
        return setState({ proof: step.value, last: step.value, done, of });
      }
      setState((before) => ({ ...before, proof: null, done: step.value }));
      timer = setTimeout(next);
    };
    timer = setTimeout(next);
    return () => clearTimeout(timer);
  }, [program, batch, rows]);
  const current = [program, batch, rows].every((each, place) => each === state.of[place]);
  return { proof: current ? state.proof : null, last: state.last, done: state.done };
}

const nothing = { proof: null, last: null, done: 0, of: [] };

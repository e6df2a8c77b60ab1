import { useEffect, useRef, useState } from "react";
import { useMutation } from "urql";
import { PayoutsApproveDocument } from "../generated/operations";
import { type Remedy, WalletError } from "../wallets/wallet";
import { walletFor } from "../wallets/wallet-for";
import { keptSignatures } from "./kept-signatures";
import { refusalWithStep } from "./next-step";
import { signAll, type ToSign } from "./signing";

export interface Signing {
  /** Which question the wallet shows now, and of how many; null when it is not asked. */
  readonly prompt: { readonly place: number; readonly count: number } | null;
  readonly busy: boolean;
  readonly refusal: string | null;
  /** What the page can do about the refusal. */
  readonly remedy: Remedy | null;
  readonly sign: () => Promise<void>;
}

/** These signatures fit nothing any more. */
const forgotten = ["INVALID_SIGNATURE", "STALE_BATCH", "STALE_SAFE_NONCE"];

/** Asks an owner's wallet for everything that waits, then approves with all of it. */
export function useSigning(
  batchId: string,
  contentHash: string,
  owner: string,
  waiting: readonly ToSign[],
  done: () => void,
): Signing {
  const [prompt, setPrompt] = useState<Signing["prompt"]>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [remedy, setRemedy] = useState<Remedy | null>(null);
  const [, approve] = useMutation(PayoutsApproveDocument);
  const running = useRef<AbortController | null>(null);
  // Whoever leaves the page is not asked again; what was signed is kept.
  const left = useRef(false);
  useEffect(() => {
    left.current = false;
    return () => {
      left.current = true;
      running.current?.abort();
    };
  }, []);
  const run = async (wanted: AbortSignal): Promise<string | null> => {
    const kept = keptSignatures(batchId, contentHash, owner);
    const wallet = once(() => walletFor(owner));
    const prompted = (place: number, count: number) => setPrompt({ place, count });
    let signatures: readonly string[];
    try {
      signatures = await signAll(owner, waiting, kept, wallet, prompted, wanted);
    } catch (problem) {
      if (problem instanceof WalletError) setRemedy(problem.remedy ?? null);
      return wordsOf(problem);
    } finally {
      setPrompt(null);
    }
    const variables = { id: batchId, owner, signatures: [...signatures], contentHash };
    const { data, error } = await approve(variables);
    const payload = data?.approvePayoutBatch;
    const refused = refusalWithStep(error, payload);
    const code = payload?.userErrors[0]?.code;
    if (refused === null || (code && forgotten.includes(code))) kept.forget();
    done();
    return refused;
  };
  const repaired = ({ name, act }: Remedy): Remedy => ({
    name,
    act: async () => {
      try {
        await act();
        await sign();
      } catch (problem) {
        setRefusal(wordsOf(problem));
      }
    },
  });
  const sign = async () => {
    if (running.current || left.current) return;
    running.current = new AbortController();
    setBusy(true);
    setRefusal(null);
    setRemedy(null);
    const problem = await run(running.current.signal);
    running.current = null;
    setBusy(false);
    setRefusal(problem);
  };
  return { prompt, busy, refusal, remedy: remedy && repaired(remedy), sign };
}

function wordsOf(problem: unknown): string {
  if (problem instanceof WalletError) return problem.message;
  const detail = problem instanceof Error ? `: ${problem.message}` : "";
  return `The wallet did not sign${detail}. What it signed before is kept: try again.`;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

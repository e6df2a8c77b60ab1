import { useRef, useState } from "react";
import type { Credential } from "../session";
import type { Failure } from "../values/failure";
import { failureOfThrown } from "./login";

/** Ways in, of which one is tried at a time. */
export interface Attempt {
  /** The way that is under way. */
  readonly busy: string | null;
  readonly failed: Failed | null;
  readonly begin: (way: string, work: () => Promise<Credential>) => void;
}

interface Failed {
  readonly way: string;
  readonly failure: Failure;
  /** The same once more. */
  readonly again: () => void;
}

/** Who begins another way does not wait for the last one, whose wallet may never answer. */
export function useAttempt(signIn: (credential: Credential) => void): Attempt {
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState<Failed | null>(null);
  const last = useRef(0);
  const begin = async (way: string, work: () => Promise<Credential>) => {
    last.current += 1;
    const own = last.current;
    setBusy(way);
    setFailed(null);
    try {
      const credential = await work();
      if (own === last.current) signIn(credential);
    } catch (thrown) {
      if (own !== last.current) return;
      setFailed({ way, failure: failureOfThrown(thrown), again: () => begin(way, work) });
      setBusy(null);
    }
  };
  return { busy, failed, begin };
}

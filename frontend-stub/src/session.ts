import { useState } from "react";

const slot = "sge.api-key";

export interface Session {
  readonly key: string | null;
  /** Why the last session ended, when not by a person. */
  readonly ended: string | null;
  readonly signIn: (key: string) => void;
  readonly signOut: (reason?: string) => void;
}

/** The key lives in this tab's session storage: it is in no URL, no cookie and no other tab. */
export function useSession(): Session {
  const [key, setKey] = useState(() => sessionStorage.getItem(slot));
  const [ended, setEnded] = useState<string | null>(null);
  const signIn = (next: string) => {
    sessionStorage.setItem(slot, next);
    setEnded(null);
    setKey(next);
  };
  const signOut = (reason?: string) => {
    sessionStorage.removeItem(slot);
    setEnded(reason ?? null);
    setKey(null);
  };
  return { key, ended, signIn, signOut };
}

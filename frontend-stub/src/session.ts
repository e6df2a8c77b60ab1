import { useState } from "react";

const slot = "sge.session";

/** token: an API key, or a session's token of a wallet that signed in. */
export interface Credential {
  readonly kind: "key" | "wallet";
  readonly token: string;
}

export interface Session {
  readonly credential: Credential | null;
  /** Why the last session ended, when not by a person. */
  readonly ended: string | null;
  readonly signIn: (credential: Credential) => void;
  readonly signOut: (reason?: string) => void;
}

/** The credential lives in this tab's session storage: it is in no URL, no cookie and no other tab. */
export function useSession(): Session {
  const [credential, setCredential] = useState(stored);
  const [ended, setEnded] = useState<string | null>(null);
  const signIn = (next: Credential) => {
    sessionStorage.setItem(slot, JSON.stringify(next));
    setEnded(null);
    setCredential(next);
  };
  const signOut = (reason?: string) => {
    sessionStorage.removeItem(slot);
    if (reason === undefined) forgetSignatures();
    setEnded(reason ?? null);
    setCredential(null);
  };
  return { credential, ended, signIn, signOut };
}

/** Who leaves abandons what was signed and not sent; who was cut off goes on with it. */
function forgetSignatures(): void {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith("sge.signatures.")) sessionStorage.removeItem(name);
  }
}

function stored(): Credential | null {
  try {
    const { kind, token } = JSON.parse(sessionStorage.getItem(slot) ?? "null") ?? {};
    const known = (kind === "key" || kind === "wallet") && typeof token === "string";
    return known ? { kind, token } : null;
  } catch {
    return null;
  }
}

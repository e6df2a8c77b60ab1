/** Signatures that were made and not sent yet: what a reload or a closed wallet would else lose. */
export interface KeptSignatures {
  readonly of: (hash: string) => string | null;
  readonly keep: (hash: string, signature: string) => void;
  readonly count: () => number;
  readonly forget: () => void;
}

interface Kept {
  readonly contentHash: string;
  readonly owner: string;
  readonly signatures: Readonly<Record<string, string>>;
}

/** In this tab only, and only for this content of this batch: another one has to be signed anew. */
export function keptSignatures(
  batchId: string,
  contentHash: string,
  owner: string,
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> = sessionStorage,
): KeptSignatures {
  const slot = `sge.signatures.${batchId}.${owner}`;
  const read = (): Kept["signatures"] => {
    const kept = parsed(storage.getItem(slot));
    return kept?.contentHash === contentHash && kept.owner === owner ? kept.signatures : {};
  };
  return {
    of: (hash) => read()[hash] ?? null,
    keep: (hash, signature) => {
      const signatures = { ...read(), [hash]: signature };
      storage.setItem(slot, JSON.stringify({ contentHash, owner, signatures } satisfies Kept));
    },
    count: () => Object.keys(read()).length,
    forget: () => storage.removeItem(slot),
  };
}

function parsed(text: string | null): Kept | null {
  try {
    const { contentHash, owner, signatures } = JSON.parse(text ?? "null") ?? {};
    const strings = Object.values(signatures ?? {}).every((each) => typeof each === "string");
    if (typeof contentHash !== "string" || typeof owner !== "string" || !strings) return null;
    return { contentHash, owner, signatures: signatures ?? {} };
  } catch {
    return null;
  }
}

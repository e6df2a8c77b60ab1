const kept = new Map<string, string>();

/**
 * The idempotency key of a request, one for each content: who asks again because the answer was lost asks for the same
 * thing, also in a dialog that was closed in between.
 */
export function keyOf(...content: readonly string[]): string {
  const request = JSON.stringify(content);
  const key = kept.get(request) ?? fresh();
  kept.set(request, key);
  return key;
}

/** crypto.randomUUID is there on https only. */
function fresh(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The server has answered: the same content from now on is another request. */
export function answered(key: string): void {
  for (const [request, each] of kept) if (each === key) kept.delete(request);
}

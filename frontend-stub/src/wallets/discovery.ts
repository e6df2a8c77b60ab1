import { useSyncExternalStore } from "react";

/** What a browser wallet puts into a page (EIP-1193). */
export interface Provider {
  readonly request: (asked: { method: string; params?: readonly unknown[] }) => Promise<unknown>;
}

/** A browser wallet as it names itself (EIP-6963). */
export interface Discovered {
  readonly id: string;
  readonly name: string;
  readonly provider: Provider;
}

const longestName = 40;
/** Wallets that announce themselves do so within a turn of the event loop. */
const answersWithinMs = 100;
const listeners = new Set<() => void>();
let announced: readonly Discovered[] = [];
let listening = false;

/** Wallets that announced themselves; else the one of `window.ethereum`, if there is one. */
export function discovered(): readonly Discovered[] {
  listen();
  return announced.length > 0 ? announced : legacy();
}

export function useDiscovered(): readonly Discovered[] {
  return useSyncExternalStore(subscribe, discovered);
}

/** Once every wallet had the time to answer. */
export async function allDiscovered(): Promise<readonly Discovered[]> {
  if (listening) return discovered();
  listen();
  await new Promise((resolve) => setTimeout(resolve, answersWithinMs));
  return discovered();
}

function listen(): void {
  if (listening) return;
  listening = true;
  window.addEventListener("eip6963:announceProvider", heard);
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

function heard(event: Event): void {
  const found = announcement("detail" in event ? event.detail : null);
  if (!found || announced.some(({ id }) => id === found.id)) return;
  announced = [...announced, found];
  for (const listener of listeners) listener();
}

/** What any extension or script may have sent, when it is an announcement. */
export function announcement(detail: unknown): Discovered | null {
  if (!isRecord(detail) || !isRecord(detail.info) || !isProvider(detail.provider)) return null;
  const { uuid, name } = detail.info;
  if (typeof uuid !== "string" || typeof name !== "string") return null;
  const shown = name.trim().slice(0, longestName) || "Browser wallet";
  return { id: uuid, name: shown, provider: detail.provider };
}

/** One list for one provider, and one for none: React compares snapshots. */
const none: readonly Discovered[] = [];
let old = none;

function legacy(): readonly Discovered[] {
  const provider: unknown = "ethereum" in window ? window.ethereum : undefined;
  if (!isProvider(provider)) return none;
  if (old[0]?.provider !== provider) old = [{ id: "ethereum", name: "Browser wallet", provider }];
  return old;
}

function isProvider(value: unknown): value is Provider {
  return isRecord(value) && typeof value.request === "function";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function subscribe(listener: () => void): () => void {
  listen();
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

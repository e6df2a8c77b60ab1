import { useSyncExternalStore } from "react";
import { everySecond } from "../values/clock";
import { type Link, type LinkStatus, linkStatus } from "./link-status";

/** Holds what the socket reports, for the mark in the header. */
export class LinkMonitor {
  #link: Link = { phase: "connecting", heardAt: null };
  #status: LinkStatus = { kind: "connecting" };
  readonly #listeners = new Set<() => void>();

  entered(phase: Link["phase"]): void {
    this.#link = { ...this.#link, phase };
    this.#publish();
  }

  heard(): void {
    this.#link = { ...this.#link, heardAt: Date.now() };
    this.#publish();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    const stopClock = everySecond(() => this.#publish());
    return () => {
      stopClock();
      this.#listeners.delete(listener);
    };
  };

  readonly status = (): LinkStatus => this.#status;

  #publish(): void {
    const next = linkStatus(this.#link, Date.now());
    if (JSON.stringify(next) === JSON.stringify(this.#status)) return;
    this.#status = next;
    for (const listener of this.#listeners) listener();
  }
}

export function useLinkStatus(monitor: LinkMonitor): LinkStatus {
  return useSyncExternalStore(monitor.subscribe, monitor.status);
}

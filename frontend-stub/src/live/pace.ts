/** So close together events belong together: one look takes them all. */
const gatherMs = 20;
/** In the long run one look a second, however many events come. */
const roundMs = 1_000;
/** After a quiet time a few may follow each other at once. */
const atOnce = 3;

/** How soon to ask the server again after an event: at once where little happens, once a second where much does. */
export class Pace {
  #allowed = atOnce;
  #countedAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;

  /** How long to wait from now. */
  wait(nowMs: number): number {
    this.#count(nowMs);
    const missing = Math.max(0, 1 - this.#allowed);
    return Math.max(gatherMs, missing * roundMs, this.#notBefore - nowMs);
  }

  /** The server was asked. retryAfterSeconds: how long it does not want to be asked again. */
  looked(nowMs: number, retryAfterSeconds = 0): void {
    this.#count(nowMs);
    this.#allowed = Math.max(0, this.#allowed - 1);
    this.#notBefore = nowMs + retryAfterSeconds * 1000;
  }

  #count(nowMs: number): void {
    const earned = (nowMs - this.#countedAt) / roundMs;
    this.#allowed = Math.min(atOnce, this.#allowed + Math.max(0, earned));
    this.#countedAt = nowMs;
  }
}

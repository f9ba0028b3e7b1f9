/**
 * The time a consumer may take between polls (protocol.md §10, 9).
 *
 * @module
 */

/** Watches one consumer. */
export class PollLimit {
  readonly #limitMs: number;
  readonly #onLate: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `onLate` when the limit has passed without a poll. */
  constructor(limitMs: number, onLate: () => void) {
    this.#limitMs = limitMs;
    this.#onLate = onLate;
  }

  /** The consumer has something to poll, or has polled: its time begins. */
  begin(): void {
    this.end();
    this.#timer = setTimeout(this.#onLate, this.#limitMs);
    // A server that is closed otherwise must not wait for it.
    this.#timer.unref();
  }

  /** The consumer polls, or has nothing to poll. */
  end(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * Commits from time to time what the application has finished. A timer runs only while there is something to commit.
 *
 * @module
 */

/** Calls for a commit. */
export class AutoCommit {
  readonly #intervalMs: number | undefined;
  readonly #commit: () => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  /** `intervalMs` undefined = never; `commit` tells whether something is left to commit, and never rejects. */
  constructor(intervalMs: number | undefined, commit: () => Promise<boolean>) {
    this.#intervalMs = intervalMs;
    this.#commit = commit;
  }

  /** Whether there are automatic commits. */
  get isOn(): boolean {
    return this.#intervalMs !== undefined;
  }

  /** There is something to commit. */
  schedule(): void {
    if (this.#intervalMs === undefined || this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#run(), this.#intervalMs);
  }

  /** No commits any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const isLeft = await this.#commit();
    this.#timer = undefined;
    if (isLeft) this.schedule();
  }
}

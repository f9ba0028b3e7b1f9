/**
 * One line on standard error that tells how far a long command is, where people see it.
 *
 * @module
 */

import { stderr } from "node:process";

/** What the line is written to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Work that takes less time is not told of. */
const firstAfterMs = 1_000;
const everyMs = 200;

/** Counts rows, and tells them now and then; disposing of it takes the line away. */
export class Progress implements Disposable {
  readonly #stream: ProgressStream;
  readonly #isShown: boolean;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #nextMs: number;
  #rows = 0;
  #isOnScreen = false;

  /**
   * @param isWanted False where something else is written to the same terminal.
   * @param stream Default: standard error.
   * @param nowMs The clock.
   */
  constructor(
    isWanted: boolean,
    stream: ProgressStream = stderr,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#isShown = isWanted && stream.isTTY === true;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#nextMs = this.#startMs + firstAfterMs;
  }

  /** Rows counted so far. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Counts rows.
   *
   * @param rows How many more there are.
   * @param part How much of all is done, from 0 to 1, where that is known.
   */
  add(rows: number, part?: number): void {
    this.#rows += rows;
    const nowMs = this.#nowMs();
    if (!this.#isShown || nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + everyMs;
    this.clear();
    this.#stream.write(formatProgress(this.#rows, (nowMs - this.#startMs) / 1000, part));
    this.#isOnScreen = true;
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#isOnScreen) this.#stream.write("\r\x1b[K");
    this.#isOnScreen = false;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** Such as `1,200,000 rows, 400,000 rows/s, 60 %`. */
export function formatProgress(rows: number, seconds: number, part: number | undefined): string {
  const count = (value: number) => Math.round(value).toLocaleString("en-US");
  const percent = part === undefined ? "" : `, ${Math.floor(part * 100)} %`;
  return `${count(rows)} rows, ${count(rows / seconds)} rows/s${percent}`;
}

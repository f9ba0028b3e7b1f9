/**
 * What became of the rows of a file: how many were written, and the lines of those that were not.
 *
 * @module
 */

import { stderr } from "node:process";
import { Progress } from "../progress.ts";

/** What messages count: lines of a text, or rows. */
export type PlaceUnit = "line" | "row";

/** So many refused rows are told one by one. */
const told = 20;

/** Counts rows that were written and refused, and tells of the first refused ones; disposing of it ends the telling. */
export class LoadReport implements Disposable {
  readonly #unit: PlaceUnit;
  readonly #mostRefused: number;
  readonly #progress: Progress;
  readonly #part: () => number | undefined;
  #refused = 0;

  /**
   * @param unit What the numbers of refused rows count.
   * @param mostRefused How many rows may be refused before it is enough.
   * @param part How much of the input has been read, from 0 to 1.
   */
  constructor(unit: PlaceUnit, mostRefused: number, part: () => number | undefined) {
    this.#unit = unit;
    this.#mostRefused = mostRefused;
    this.#part = part;
    this.#progress = new Progress(true);
  }

  /** Rows written so far. */
  get written(): number {
    return this.#progress.rows;
  }

  /** Rows refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes note of rows that were written. */
  add(rows: number): void {
    this.#progress.add(rows, this.#part());
  }

  /**
   * Takes note of a row that was refused.
   *
   * @param place The line of the file that it begins in, or its number, from 1.
   * @param reason What is wrong with it.
   * @throws When it is one too many.
   */
  refuse(place: number, reason: string): void {
    this.#refused++;
    if (this.#refused <= told + 1) this.#progress.clear();
    if (this.#refused <= told) stderr.write(`${this.#unit} ${place}: ${reason}\n`);
    if (this.#refused === told + 1) stderr.write("…\n");
    if (this.#refused <= this.#mostRefused) return;
    throw new Error(
      this.#mostRefused === 0
        ? "stopped at the first refused row"
        : `stopped: more than ${this.#mostRefused} rows were refused (--max-refused)`,
    );
  }

  /** Tells that rows are written again, and why. */
  repeat(error: Error): void {
    this.#progress.clear();
    stderr.write(`tdwire: ${error.message}; trying again\n`);
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }
}

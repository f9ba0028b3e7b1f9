/**
 * Precisions and ticks: the small arithmetic that needs no codec.
 *
 * @module
 */
import { InterfaceError } from "./errors.ts";
import type { Precision } from "./types.ts";

/** Precisions by wire number (protocol.md §3.3). */
export const precisionNames: readonly Precision[] = ["ms", "us", "ns"];

/** The largest distance of a `Date` from the Unix epoch, in milliseconds. */
export const maxDateMs = 8.64e15;

const ticksPerMs: Readonly<Record<Precision, bigint>> = { ms: 1n, us: 1_000n, ns: 1_000_000n };
const nsPerTick: Readonly<Record<Precision, bigint>> = { ms: 1_000_000n, us: 1_000n, ns: 1n };

/**
 * Converts a precision to its wire number: 0 ms, 1 µs, 2 ns.
 *
 * @param precision The precision by name.
 * @returns The number.
 * @throws {InterfaceError} For any other name.
 */
export function precisionCode(precision: Precision): number {
  const code = precisionNames.indexOf(precision);
  if (code < 0) {
    throw new InterfaceError(
      `there is no precision ${JSON.stringify(precision)}: use "ms", "us" or "ns"`,
    );
  }
  return code;
}

/**
 * Finds the precision of a wire number.
 *
 * @param code 0 ms, 1 µs, 2 ns.
 * @returns The precision; undefined for any other number.
 */
export function precisionName(code: number): Precision | undefined {
  return precisionNames[code];
}

/**
 * Converts ticks to a `Date`, if one can hold the instant exactly.
 *
 * @param ticks Time since the Unix epoch, in units of `precision`.
 * @param precision Precision of `ticks`.
 * @returns The instant; undefined when digits below milliseconds would be lost.
 * It is an invalid `Date` when the instant is more than 8.64e15 ms from the epoch.
 */
export function ticksToDate(ticks: bigint, precision: Precision): Date | undefined {
  const perMs = ticksPerMs[precision];
  return ticks % perMs === 0n ? new Date(Number(ticks / perMs)) : undefined;
}

/**
 * Converts ticks to nanoseconds, which may need more than 64 bits.
 *
 * @param ticks Time since the Unix epoch, in units of `precision`.
 * @param precision Precision of `ticks`.
 * @returns Nanoseconds since the Unix epoch.
 */
export function ticksToNanoseconds(ticks: bigint, precision: Precision): bigint {
  return ticks * nsPerTick[precision];
}

/**
 * Converts ticks to milliseconds, rounding toward negative infinity.
 *
 * @param ticks Time since the Unix epoch, in units of `precision`.
 * @param precision Precision of `ticks`.
 * @returns Milliseconds since the Unix epoch; inexact beyond 2^53, which no `Date` can hold.
 */
export function ticksToMilliseconds(ticks: bigint, precision: Precision): number {
  const perMs = ticksPerMs[precision];
  const floored = (ticks - ((ticks % perMs) + perMs) % perMs) / perMs;
  return Number(floored);
}

/**
 * Checks of what a call is given as its limits and its id.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";

/** Timers beyond it fire at once. */
export const maxTimerMs: number = 2 ** 31 - 1;
const maxReqId = 2n ** 64n - 1n;

/**
 * Checks a time limit.
 *
 * @param timeoutMs The limit in milliseconds.
 * @throws {InterfaceError} When no timer can keep it.
 */
export function requireTimeout(timeoutMs: number): void {
  if (timeoutMs >= 0 && timeoutMs <= maxTimerMs) return;
  throw new InterfaceError(`timeoutMs must be 0 … ${maxTimerMs} milliseconds`);
}

/**
 * Reads a request id that the caller has chosen.
 *
 * @param given The id.
 * @returns The same as bigint.
 * @throws {InterfaceError} When it is none.
 */
export function toReqId(given: bigint | number): bigint {
  const isWhole = typeof given === "bigint" || Number.isSafeInteger(given);
  const reqId = isWhole ? BigInt(given) : 0n;
  if (reqId >= 1n && reqId <= maxReqId) return reqId;
  throw new InterfaceError("reqId must be a whole number, 1 … 2^64 − 1 (bigint above 2^53)");
}

/**
 * Calls of the stand-in that take long, for cases about what happens meanwhile.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { StandIn } from "./case.ts";

/** Waits. */
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs work while calls of a function take long. */
export async function slowly(
  standIn: StandIn,
  functionName: string,
  work: () => Promise<void>,
): Promise<void> {
  standIn.delay(functionName, 600);
  try {
    await work();
  } finally {
    standIn.delay(functionName, 0);
  }
}

/** Waits until the library has nothing of a kind any more. */
export async function untilNone(standIn: StandIn, kind: string): Promise<void> {
  for (let i = 0; i < 200 && standIn.live(kind) > 0; i++) await pause(10);
  equal(standIn.live(kind), 0);
}

/**
 * Runs conformance cases inside a page: `runCaseAt(index)` gives what it threw, or nothing.
 *
 * @module
 */
import { runCase, runnable } from "../conformance/runner.ts";

async function runCaseAt(index: number): Promise<string> {
  try {
    await runCase(runnable[index]!, "chromium");
    return "";
  } catch (error) {
    const { stack, message } = error as Error;
    return stack?.includes(message) ? stack : `${message}\n${stack}`;
  }
}

Object.assign(globalThis, { runCaseAt });

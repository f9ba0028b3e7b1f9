/**
 * Runs failure cases inside a page: `runFailureAt(index)` gives what it threw, or nothing.
 *
 * @module
 */
import process from "node:process";
import { linkRelay } from "../failures/relayed_servers.ts";
import { failureCases, runFailure } from "../failures/runner.ts";

async function runFailureAt(index: number): Promise<string> {
  using _ = await linkRelay(process.env["TDWIRE_RELAY_URL"]!);
  try {
    await runFailure(failureCases[index]!, "chromium");
    return "";
  } catch (error) {
    const { stack, message } = error as Error;
    return stack?.includes(message) ? stack : `${message}\n${stack}`;
  }
}

Object.assign(globalThis, { runFailureAt });

/**
 * What the three runners share.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { connect } from "../../mod.ts";
import type { FailureCase } from "./case.ts";
import { FakeServer } from "./fake_server.ts";
import { failureCases } from "./index.ts";

export { failureCases };

/** Tells the count; .scripts/test.mjs compares it between the runtimes. */
export function announceFailures(runtime: string): void {
  console.log(`failures: ${failureCases.length} cases on ${runtime}`);
}

/** Runs a case and closes the servers that it started. */
export async function runFailure(subject: FailureCase, runtime: string): Promise<void> {
  const servers: FakeServer[] = [];
  const serve = async (options = {}) => {
    const server = await FakeServer.start(options);
    servers.push(server);
    return server;
  };
  try {
    await subject.run({ runtime, connect, serve, equal, deepEqual, ok, rejects });
  } finally {
    for (const server of servers) await server.close();
  }
}

/**
 * What the runners share.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { connect } from "../../mod.ts";
import type { FailureCase, Runtime } from "./case.ts";
import { FakeServer } from "./fake_server.ts";
import { failureCases } from "./index.ts";

export { failureCases };

/** Tells the counts, and why what is left out is; .scripts/test.mjs compares the sums between the runtimes. */
export function announceFailures(runtime: Runtime): void {
  const left = failureCases.filter(({ except }) => except?.[runtime] !== undefined);
  const ran = failureCases.length - left.length;
  console.log(`failures: ${ran} cases on ${runtime}, ${left.length} left out`);
  for (const { name, except } of left) console.log(`  left out: ${name}: ${except?.[runtime]}`);
}

/** Runs a case and closes the servers that it started. */
export async function runFailure(subject: FailureCase, runtime: Runtime): Promise<void> {
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

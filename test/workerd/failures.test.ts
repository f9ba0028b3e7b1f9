import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { outsideModules } from "../failures/outside_modules.ts";
import { startRelay } from "../failures/relay.ts";
import { announceFailures, failureCases } from "../failures/runner.ts";
import { bundleWorker, startWorker } from "./workers.ts";

let worker: Miniflare;
let relay: Awaited<ReturnType<typeof startRelay>>;

beforeAll(async () => {
  relay = await startRelay();
  const folder = await bundleWorker("test/workerd/failures_worker.ts", "failures", [
    outsideModules,
  ]);
  worker = startWorker(folder, {
    compatibilityFlags: ["nodejs_compat"],
    bindings: { TDWIRE_RELAY_URL: relay.url },
  });
});

afterAll(async () => {
  await worker?.dispose();
  await relay?.[Symbol.asyncDispose]();
});

announceFailures("workerd");
for (const [index, { name, timeoutMs, except }] of failureCases.entries()) {
  it.skipIf(except?.workerd !== undefined)(name, async () => {
    const response = await worker.dispatchFetch(`http://worker/${index}`);
    expect((await response.text()).slice(0, 4_000)).toBe("");
  }, timeoutMs);
}

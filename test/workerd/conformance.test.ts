import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testUrl } from "../conformance/env.ts";
import { announce, runnable } from "../conformance/runner.ts";
import { bundleWorker, startWorker } from "./workers.ts";

let worker: Miniflare;

beforeAll(async () => {
  worker = startWorker(await bundleWorker("test/workerd/worker.ts", "conformance"), {
    // For the cases' assertions; the client needs nothing of it.
    compatibilityFlags: ["nodejs_compat"],
    bindings: { TDENGINE_TEST_URL: testUrl },
  });
});

afterAll(() => worker.dispose());

announce("workerd");
for (const [index, { name }] of runnable.entries()) {
  it(name, async () => {
    const response = await worker.dispatchFetch(`http://worker/${index}`);
    expect((await response.text()).slice(0, 4_000)).toBe("");
  });
}

import type { Miniflare } from "miniflare";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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

afterAll(() => worker?.dispose());

announce("workerd");
for (const [index, { name }] of runnable.entries()) {
  it(name, async () => {
    const response = await worker.dispatchFetch(`http://worker/${index}`);
    expect((await response.text()).slice(0, 4_000)).toBe("");
  });
}

it("initCodec() of bytes rejects with a CodecError that says what to do, and the worker's own works", async () => {
  const body = readFileSync(join(import.meta.dirname, "../../src/codec/generated/codec.wasm"));
  const response = await worker.dispatchFetch("http://worker/bytes", { method: "POST", body });
  expect(await response.text()).toMatch(
    /^CodecError: the codec could not be loaded: .*disallowed by embedder\n.*pass a compiled WebAssembly.Module to initCodec\(\) or import tdwire\/edge/,
  );
});

/**
 * Runs conformance cases inside workerd: `/<index>` runs one and answers with what it threw, or with nothing. `/bytes`
 * loads the codec from the bytes that it is sent, and after that the worker's own.
 *
 * @module
 */
import { initCodec } from "../../mod.ts";
import { runCase, runnable } from "../conformance/runner.ts";

async function run(name: string, request: Request): Promise<void> {
  if (name !== "bytes") return await runCase(runnable[Number(name)]!, "workerd");
  try {
    await initCodec(await request.arrayBuffer());
  } finally {
    (await initCodec()).formatTimestamp(0n, "ms");
  }
}

const worker: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    try {
      await run(new URL(request.url).pathname.slice(1), request);
      return new Response();
    } catch (error) {
      const { stack = "", name, message, hint } = error as Error & { readonly hint?: string };
      const text = `${name}: ${message}\n${hint ?? ""}\n`;
      return new Response(stack.includes(message) ? text + stack : text);
    }
  },
};
export default worker;

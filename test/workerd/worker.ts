/**
 * Runs conformance cases inside workerd: `/<index>` runs one and answers with what it threw, or with nothing.
 *
 * @module
 */
import { runCase, runnable } from "../conformance/runner.ts";

const worker: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    const index = Number(new URL(request.url).pathname.slice(1));
    try {
      await runCase(runnable[index]!, "workerd");
      return new Response();
    } catch (error) {
      const { stack, message } = error as Error;
      return new Response(stack?.includes(message) ? stack : `${message}\n${stack}`);
    }
  },
};
export default worker;

/**
 * Runs failure cases inside workerd: `/<index>` runs one and answers with what it threw, or with nothing.
 *
 * @module
 */
import process from "node:process";
import { linkRelay } from "../failures/relayed_servers.ts";
import { failureCases, runFailure } from "../failures/runner.ts";

const worker: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    const subject = failureCases[Number(new URL(request.url).pathname.slice(1))]!;
    // A socket belongs to the request that opened it.
    using _ = await linkRelay(process.env["TDWIRE_RELAY_URL"]!);
    try {
      await runFailure(subject, "workerd");
      return new Response();
    } catch (error) {
      const { stack = "", name, message } = error as Error;
      return new Response(stack.includes(message) ? stack : `${name}: ${message}\n${stack}`);
    }
  },
};
export default worker;

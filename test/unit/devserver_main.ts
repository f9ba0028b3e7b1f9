/**
 * The program that `devserver_process.ts` runs: a server with the file named by its argument, until SIGTERM. Asked by a
 * message, it tells the bytes of its heap that are in use.
 */

import process from "node:process";
import { createServer } from "../../src/devserver/mod.ts";

const [file] = process.argv.slice(2);
const server = await createServer({ port: 0, ...(file === undefined ? {} : { file }) });
console.log(server.url);
process.once("SIGTERM", () => void server.close());
process.on("message", () => {
  globalThis.gc!();
  process.send!(process.memoryUsage().heapUsed);
});

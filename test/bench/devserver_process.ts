/**
 * The embedded server in a process of its own: writes how long it took to start and its URL as the first line. Told
 * `memory`, it answers with its resident memory and the part of its heap that is in use after a collection, in bytes.
 *
 * @module
 */
import process from "node:process";
import { createServer } from "../../src/devserver/mod.ts";

const startMs = performance.now();
const server = await createServer({ port: 0 });
console.log(`${performance.now() - startMs} ${server.url}`);

process.on("message", () => {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send!({ rss, heapUsed });
});

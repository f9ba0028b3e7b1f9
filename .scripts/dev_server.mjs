/**
 * Runs the embedded server for the test suites: writes its URL as the first line, ends when its input ends.
 *
 * @module
 */
import { createServer } from "../dist/src/devserver/mod.js";

const server = await createServer({ port: 0 });
console.log(server.url);
process.stdin.resume();
process.stdin.on("end", async () => {
  await server.close();
  process.exit(0);
});

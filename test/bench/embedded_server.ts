/**
 * The embedded server in a process of its own. Prints its port.
 *
 * @module
 */
import process from "node:process";
import { createServer } from "../../src/devserver/mod.ts";

const server = await createServer({ port: 0 });
console.log(server.port);
process.on("disconnect", () => void server.close().then(() => process.exit()));

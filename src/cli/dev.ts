/**
 * `tdwire dev`: the embedded server, until a signal stops it.
 *
 * @module
 */

import process, { stdout } from "node:process";
import type { Command } from "./commands.ts";
import { readArguments, readPort, requirePositionals } from "./usage.ts";

const HELP = `Usage: tdwire dev [options]

Starts a TDengine-compatible server for demos and tests: WebSocket, REST and subscriptions over
DuckDB. User root, password taosdata. Needs the package @duckdb/node-api.

Options:
  --port <n>     Port to listen on; 0 takes any free one (default 6041)
  --host <name>  Address to listen on (default 127.0.0.1)
  --file <path>  File that keeps the data (default: in memory)
  --server-version <version>
                 Version that the server says it has, such as 3.3.6.0

Examples:
  tdwire dev
  tdwire dev --port 0 --file demo.duckdb

Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 failed, 2 wrong command line.
`;

const options = {
  port: { type: "string" },
  host: { type: "string" },
  file: { type: "string" },
  "server-version": { type: "string" },
} as const;

/** The command. */
export const DEV: Command = {
  name: "dev",
  summary: "Start an embedded TDengine-compatible server",
  help: HELP,
  run: runServer,
};

async function runServer(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options);
  requirePositionals(positionals);
  const { port, host, file, "server-version": version } = values;
  const { createServer } = await import("../devserver/mod.ts");
  const stopped = waitForStop();
  const server = await createServer({
    ...(port === undefined ? {} : { port: readPort(port) }),
    ...(host === undefined ? {} : { hostname: host }),
    ...(file === undefined ? {} : { file }),
    ...(version === undefined ? {} : { version }),
  });
  const httpUrl = server.url.replace("ws:", "http:");
  stdout.write(`TDengine-compatible server at ${server.url} (user root, password taosdata)\n`);
  stdout.write(`Try: curl -u root:taosdata -d 'show databases' ${httpUrl}/rest/sql\n`);
  await stopped;
  await server.close();
  return 0;
}

/** Resolves on SIGINT or SIGTERM. */
function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

/** The embedded server in a Node process of its own, which tests can kill and whose memory they can read. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, renameSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const MAIN = fileURLToPath(new URL("./devserver_main.ts", import.meta.url));
const BUNDLE = fileURLToPath(new URL("../../.cache/devserver_process.mjs", import.meta.url));

/** Makes the sources a program that any Node runs; test files that do so at the same time do not mix. */
function bundle(): void {
  const outfile = `${BUNDLE}.${process.pid}`;
  buildSync({
    entryPoints: [MAIN],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "error",
  });
  renameSync(outfile, BUNDLE);
}

let isBundled = false;

/** A server in its own process. */
export interface ServerProcess {
  /** URL for WebSocket clients, once it listens. Rejects when the process ends before. */
  readonly url: Promise<string>;
  /** Asks the server to close; does not wait for it. */
  stop(): void;
  /** Kills the process without warning and waits for its end. */
  kill(): Promise<void>;
  /** Memory that the process holds now, in bytes. */
  memory(): number;
  /** Memory in use by the program's objects after a collection, in bytes. */
  heap(): Promise<number>;
}

/** Starts a server on a free port, with its data in a file or in memory. */
export function startServer(file?: string): ServerProcess {
  if (!isBundled) bundle();
  isBundled = true;
  const child = spawn(process.execPath, [
    "--expose-gc",
    BUNDLE,
    ...(file === undefined ? [] : [file]),
  ], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr!.on("data", (data) => errors += data);
  const ended = once(child, "close");
  const url = firstUrl(child, ended, () => errors);
  url.catch(() => undefined);
  return {
    url,
    stop: () => void child.kill("SIGTERM"),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    memory: () => residentBytes(child.pid!),
    heap: async () => {
      child.send("heap");
      const [bytes] = await once(child, "message");
      return bytes as number;
    },
  };
}

async function firstUrl(
  child: ChildProcess,
  ended: Promise<unknown>,
  errors: () => string,
): Promise<string> {
  const line = once(createInterface(child.stdout!), "line").then(([text]) => String(text));
  const first = await Promise.race([line, ended.then(() => "")]);
  const url = /ws:\S+/.exec(first)?.[0];
  if (url === undefined) throw new Error(`the server did not start: ${errors()}`);
  return url;
}

/** `/proc/<pid>/status` has it in units of 1024 bytes. */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024;
}

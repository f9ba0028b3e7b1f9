/** Processes that exit under a call of libtaos, which cleans up then (atexit), and must not do so under the call. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { buildLibrary, hasCompiler } from "../native/build.mjs";

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const canCompile = hasCompiler();
if (!canCompile) console.warn("native_exit: skipped, there is no C compiler (cc)");

const runtimes: Readonly<Record<string, readonly string[]>> = {
  bun: [],
  deno: ["run", "-A", "--no-check"],
};
/** What the program exits with, unless libtaos takes it down. */
const chosenCode = 7;

describe.skipIf(!canCompile)("process.exit()", () => {
  let server: DevServer;
  let library: string;
  beforeAll(async () => {
    library = encodeURIComponent(buildLibrary());
    server = await createServer({ port: 0 });
  }, 120_000);
  afterAll(() => server.close());

  /** Code and messages of the program's end. */
  function end(runtime: string, work: string): Promise<[code: unknown, messages: string]> {
    const url = `taos+native://127.0.0.1:${server.port}/?library=${library}`;
    const program = pathOf(`../../node_modules/.bin/${runtime}`);
    const args = [...runtimes[runtime]!, pathOf("../native/exit_program.ts"), url, work];
    return new Promise((resolve) =>
      execFile(program, args, (error, _, stderr) => resolve([error?.code ?? 0, stderr]))
    );
  }

  for (const runtime of Object.keys(runtimes)) {
    for (const work of ["query", "fetch", "statement", "connect", "poll"]) {
      it(`of ${runtime} under a ${work} of libtaos waits for it, and ends as it was told`, async () => {
        expect(await end(runtime, work)).toEqual([chosenCode, ""]);
      });
    }
  }
});

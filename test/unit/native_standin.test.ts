/** The stand-in for libtaos (test/native): its own C driver, under AddressSanitizer, against the embedded server. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { buildDriver, buildLibrary, hasCompiler } from "../native/build.mjs";

const canCompile = hasCompiler();
if (!canCompile) console.warn("native_standin: skipped, there is no C compiler (cc)");

/** What each breach is answered with. */
const breaches: readonly (readonly [breach: string, message: string])[] = [
  ["double free", "taos_free_result: this result has ended before"],
  ["use after free", "taos_fetch_raw_block: this result has ended before"],
  ["use after close", "taos_query_with_reqid: this connection has ended before"],
  [
    "close with results",
    "taos_close: 1 results and statements of this connection are not freed",
  ],
  [
    "two threads",
    "taos_fetch_raw_block: this result is used by taos_fetch_raw_block in another thread",
  ],
  ["close during query", "taos_close: 1 calls on this connection are under way"],
  ["wrong kind", "taos_stmt2_close: a result was given as a statement"],
  ["wild pointer", "is no result"],
  ["write beside", "taos_free_result: somebody wrote beside this result"],
  ["bind nothing", "taos_stmt2_bind_param: column is NULL"],
  ["bind no table", "taos_stmt2_bind_param: count is 0"],
  ["bind null buffer", "taos_stmt2_bind_param: buffer is NULL"],
  ["bind wild buffer", "4 bytes at 0x40 cannot be read"],
  ["bind without length", "taos_stmt2_bind_param: length is NULL"],
  ["bind negative length", "row 0 has the length -1"],
  ["bind unknown null", "is_null of row 0 is 3"],
  ["bind unknown type", "buffer_type is 22"],
  ["free statement's result", "taos_free_result: this result belongs to its statement"],
  ["free other raw", "is no raw"],
];

const run = promisify(execFile);
const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

describe.skipIf(!canCompile)("the stand-in for libtaos", () => {
  let driver: string;
  let server: DevServer;

  beforeAll(async () => {
    driver = buildDriver();
    server = await createServer({ port: 0 });
  }, 120_000);
  afterAll(() => server.close());

  const drive = (...more: string[]) => run(driver, ["127.0.0.1", String(server.port), ...more]);

  it("gives what the server has, frees all of it, and touches no memory but its own", async () => {
    const { stdout } = await drive();
    expect(stdout.trim().split("\n")).toEqual([
      "connect",
      "query",
      "stmt2 insert",
      "stmt2 query",
      "schemaless",
      "tmq",
      "threads",
      "failures",
      "nothing left",
    ]);
  });

  it.each(breaches)("ends the process at a breach: %s", async (breach, message) => {
    const failure = await drive(breach).then(() => undefined, (error) => error);
    expect(failure?.signal).toBe("SIGABRT");
    expect(failure.stderr).toContain(message);
  });

  it.each([["deno", "run", "-A"], ["bun", "run"]])(
    "ends %s, whose uv_* functions it reaches, when it is opened without RTLD_DEEPBIND",
    async (runtime, ...options) => {
      const program = pathOf(`../../node_modules/.bin/${runtime}`);
      const arguments_ = [...options, pathOf("../native/plain_dlopen.mjs"), buildLibrary()];
      const failure = await run(program, arguments_).then(() => undefined, (error) => error);
      expect(failure?.stderr).toContain("libtaosnative.so calls the runtime's uv_os_getpid");
    },
  );
});

/** The native transport with libtaos of other versions, each in a process of its own (Bun's). */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { buildLibrary, hasCompiler } from "../native/build.mjs";

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const canCompile = hasCompiler();
if (!canCompile) console.warn("native_versions: skipped, there is no C compiler (cc)");

/** What the program prints. */
interface Report {
  /** Outcomes of a query, a statement, parameters, a subscription, a time zone, a login with a second factor. */
  told: string[];
  live: number;
}

describe.skipIf(!canCompile)("connect() natively", () => {
  let server: DevServer;
  beforeAll(async () => {
    buildLibrary("older");
    buildLibrary("later");
    server = await createServer({ port: 0 });
  }, 120_000);
  afterAll(() => server.close());

  function start(variant: "current" | "older" | "later", more = ""): Promise<{ stdout: string }> {
    const library = encodeURIComponent(buildLibrary(variant));
    const url = `taos+native://127.0.0.1:${server.port}/?library=${library}${more}`;
    const program = pathOf("../../node_modules/.bin/bun");
    return promisify(execFile)(program, [pathOf("../bun/libtaos_version.ts"), url]);
  }

  async function report(variant: "older" | "later"): Promise<Report> {
    return JSON.parse((await start(variant)).stdout);
  }

  it("with a libtaos that lacks functions does without, or names function and version", async () => {
    const missing = (name: string) =>
      `InterfaceError: libtaos 3.3.4.8 has no ${name}: a newer one is needed for this`;
    expect(await report("older")).toEqual({
      told: [
        "1",
        missing("taos_stmt2_init"),
        missing("taos_stmt2_init"),
        "[7]",
        missing("taos_options_connection"),
        missing("taos_connect_totp"),
      ],
      live: 0,
    });
  });

  it("with a libtaos of 3.4 frees the results of statements itself", async () => {
    expect(await report("later")).toEqual({
      told: ["1", "statement", "true", "[7]", "undefined", "undefined"],
      live: 0,
    });
  });

  it("with a libtaos that cannot write its log is a LoadError that says so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tdwire-"));
    writeFileSync(join(folder, "taos.cfg"), "logDir /proc/nowhere/taos\n");
    await expect(start("current", `&configDir=${folder}`)).rejects.toThrow(
      /libtaos cannot be loaded: .*it cannot be set up: No such file.*logDir/,
    );
    rmSync(folder, { recursive: true });
  });
});

/** The `tdwire` command, run from its sources with Bun. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const BUN = fileURLToPath(new URL("../../node_modules/.bin/bun", import.meta.url));
const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command; `onOutput` may act on what it has printed so far. */
function run(
  args: string[],
  onOutput?: (stdout: string, stop: () => void) => void,
): Promise<Outcome> {
  const child = spawn(BUN, [MAIN, ...args]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
    onOutput?.(stdout, () => child.kill("SIGTERM"));
  });
  child.stderr.on("data", (data) => stderr += data);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

describe("tdwire", () => {
  it("tdwire --help lists the commands, --version prints a version", async () => {
    const [help, version] = await Promise.all([run(["--help"]), run(["--version"])]);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/dev +Start/) });
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it("tdwire exits with 2 for a command line it does not understand", async () => {
    const outcomes = await Promise.all([
      run(["nope"]),
      run(["dev", "--nope"]),
      run(["dev", "--port", "x"]),
      run([]),
    ]);
    expect(outcomes.map((outcome) => outcome.code)).toEqual([2, 2, 2, 2]);
  });

  it("tdwire dev serves until a signal stops it", async () => {
    let reply: Promise<unknown> | null = null;
    const outcome = await run(["dev", "--port", "0"], (stdout, stop) => {
      const url = /curl .* (http:\S+)\n/.exec(stdout)?.[1];
      if (url === undefined || reply !== null) return;
      const headers = { authorization: `Basic ${btoa("root:taosdata")}` };
      reply = fetch(url, { method: "POST", headers, body: "select server_version()" })
        .then((response) => response.json())
        .finally(stop);
    });
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("ws://127.0.0.1:") });
    expect(await reply).toMatchObject({ code: 0, rows: 1 });
  });
});

/** What a server with a file leaves behind when it is killed: everything it acknowledged (`kill -9`, at random moments). */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomOf, testSeed } from "../support/seed.ts";
import { preparations, works, Writer } from "./devserver_durability_writers.ts";
import { type ServerProcess, startServer } from "./devserver_process.ts";

const kills = 100;
const seed = testSeed();

/** Steps that the server acknowledged to any of the writers. */
function steps(writers: readonly Writer[]): number {
  return writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test(`a server with a file keeps what it acknowledged over ${kills} kills`, async () => {
  const random = randomOf(seed);
  const folder = await mkdtemp(join(tmpdir(), "tdwire-kill-"));
  const file = join(folder, "kept.duckdb");
  const writers = works.map((work) => new Writer(work));
  let server: ServerProcess | undefined;
  try {
    for (let kill = 0; kill < kills; kill++) {
      server = startServer(file);
      if (kill > 0 && kill % 8 === 0) {
        await wait(random(250));
        await server.kill();
        continue;
      }
      const url = await server.url;
      if (kill === 0) {
        for (const sql of preparations) {
          const database = await fetch(`${url.replace("ws:", "http:")}/rest/sql`, {
            method: "POST",
            headers: { authorization: `Basic ${btoa("root:taosdata")}` },
            body: sql,
          });
          expect(await database.json()).toMatchObject({ code: 0 });
        }
      }
      const differences = await Promise.all(writers.map((writer) => writer.check(url)));
      expect({ kill, differences: differences.filter((difference) => difference !== null) })
        .toEqual({ kill, differences: [] });
      let isKilled = false;
      const runs = writers.map((writer) => writer.run(url, () => isKilled));
      const target = steps(writers) + random(16);
      const limit = performance.now() + 5000;
      while (steps(writers) < target && performance.now() < limit) await wait(1);
      await wait(random(30));
      isKilled = true;
      if (kill % 8 === 4) {
        server.stop();
        await wait(random(60));
      }
      await server.kill();
      await Promise.all(runs);
    }
    server = startServer(file);
    const url = await server.url;
    for (const writer of writers) expect(await writer.check(url)).toBeNull();
    console.log(
      `devserver_durability: steps kept: ${
        writers.map(({ work, acknowledged }) => `${work.name} ${acknowledged}`).join(", ")
      }`,
    );
    expect(steps(writers)).toBeGreaterThan(3 * kills);
    expect(writers.filter(({ acknowledged }) => acknowledged === 0)).toEqual([]);
  } finally {
    await server?.kill();
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);

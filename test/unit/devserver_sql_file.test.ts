import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createEngine } from "../../src/devserver/duckdb_engine.ts";
import { fixture, query, rows, run } from "./devserver_sql_session.ts";

test("createEngine() keeps databases, tables and rows in a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tdwire-"));
  const file = join(folder, "data.duckdb");
  try {
    for (const round of [1, 2, 3]) {
      const stored = await createEngine({ file });
      fixture.session = stored.openSession("root");
      if (round === 1) {
        await run("create database f precision 'ns' keep 36500");
        await run("create stable f.st (ts timestamp, v int) tags (g int, l varchar(4))");
        await run("insert into f.a using f.st tags (1, 'x') values (1, 1) (2, 2)");
        await run("alter stable f.st add column w double");
      } else await run(`insert into f.a values (2, 20, 0.5) (${round + 1}, 3, null)`);
      await fixture.session.close();
      await stored.close();
    }
    const stored = await createEngine({ file });
    fixture.session = stored.openSession("root");
    await run("use f");
    expect((await query("select ts from a")).precision).toBe("ns");
    expect(await rows("select ts, v, w, g, l from a")).toEqual([
      [1n, 1, null, 1, "x"],
      [2n, 20, 0.5, 1, "x"],
      [3n, 3, null, 1, "x"],
      [4n, 3, null, 1, "x"],
    ]);
    await run("insert into b using st tags (2, 'y') values (1, 1, 1)");
    expect(await rows("select count(*) from st")).toEqual([[5n]]);
    await stored.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

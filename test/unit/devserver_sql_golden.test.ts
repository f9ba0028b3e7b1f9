import { expect, test } from "vitest";
import { createEngine } from "../../src/devserver/duckdb_engine.ts";
import { runRecorded } from "./devserver_sql_golden.ts";

/** Recorded statements that are answered otherwise: MODE picks another one of the values that are equally frequent. */
const knownDifferences = new Set([57, 211]);

test("createEngine() answers the recorded SQL like the real server", async () => {
  const engine = await createEngine({});
  const outcomes = await runRecorded(engine);
  await engine.close();
  const different = outcomes.filter(({ difference }) => difference !== null);
  console.log(
    `${
      outcomes.length - different.length
    } of ${outcomes.length} recorded statements answered alike`,
  );
  expect(different.filter(({ index }) => !knownDifferences.has(index))).toEqual([]);
}, 60_000);

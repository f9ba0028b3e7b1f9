/** The recorded SQL, replayed as `npm run devserver:corpus` does. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createServer } from "../../src/devserver/mod.ts";
import { judge, type Recorded } from "../corpus/answers.ts";
import { goldenCorpus, readCorpus, replay } from "../corpus/replay.ts";
import { formatMarkdown, isPassed } from "../corpus/report.ts";

test("createServer() answers the recorded SQL like the real server", async () => {
  await using server = await createServer({ port: 0 });
  const outcomes = await replay(server.url.replace("ws:", "http:"), readCorpus(goldenCorpus));
  expect(outcomes).toHaveLength(335);
  expect(outcomes.filter((outcome) => !isPassed(outcome))).toEqual([]);
  const page = readFileSync(new URL("../../src/devserver/README.md", import.meta.url), "utf8");
  expect(page, "npm run devserver:corpus -- --markdown").toContain(formatMarkdown(outcomes));
}, 60_000);

test("judge() tells equal answers, equal shapes and different ones apart", () => {
  const body = (rows: unknown[][], length = 4): string =>
    JSON.stringify({ code: 0, column_meta: [["v", "INT", length]], data: rows, rows: rows.length });
  const recorded = (sql: string): Recorded => ({ sql, status: 200, body: body([[1], [2]]) });
  const kind = (sql: string, text: string, status = 200): string =>
    judge(recorded(sql), status, text).kind;
  expect(kind("select v from t", body([[1], [2]]))).toBe("equal");
  expect(kind("select v from t", body([[2], [1]]))).toBe("shape");
  expect(kind("select v from t order by v", body([[2], [1]]))).toBe("different");
  expect(kind("select sample(v, 2) from t", body([[7], [8]]))).toBe("shape");
  expect(kind("select sample(v, 2) from t", body([[7], [null]]))).toBe("different");
  expect(kind("select v from t", body([[1], [3]]))).toBe("different");
  expect(kind("select v from t", body([[1], [2]], 8))).toBe("different");
  expect(kind("select v from t", body([[1], [2]]), 400)).toBe("different");
  expect(kind("select v from t", '{"code":9731,"desc":"Table does not exist"}')).toBe("different");
  const refused = { sql: "select", body: '{"code":9731,"desc":"Table does not exist"}' };
  expect(judge(refused, 200, '{"code":9731,"desc":"Table does not exist","timing":3}').kind)
    .toBe("equal");
  expect(judge(refused, 200, '{"code":9731,"desc":"Another text"}').kind).toBe("different");
});

/** `tdwire query` in real processes, against the embedded server; what it writes is read by DuckDB. */

import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection, type TaosError } from "../../mod.ts";
import { toArrow } from "../../src/arrow/mod.ts";
import { missingTableAdvice } from "../../src/cli/missing_table.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { run, start } from "./cli_process.ts";
import { duckDbTypes, fillAllTypes, rows } from "./cli_tables.ts";

const folder = mkdtempSync(join(tmpdir(), "tdwire-cli-"));
const file = (name: string) => join(folder, name);
const partialFiles = () => readdirSync(folder).filter((name) => name.endsWith(".partial"));
const actions: string[] = [];
let isSlow = false;
let server: DevServer;
let db: Connection;
let url: string;

beforeAll(async () => {
  server = await createServer({
    port: 0,
    version: "3.4.0.0",
    faults: {
      onMessage: ({ action, count }) => {
        actions.push(action);
        if (isSlow && action === "binary_query" && count === 1) return { delayMs: 3_000 };
      },
    },
  });
  db = await connect(server.url);
  await fillAllTypes(db, "power");
  await db.exec("create table many (ts timestamp, v int)");
  const start = 1_700_000_000_000_000_000n;
  const count = 200_000;
  await db.insert("many", {
    ts: BigInt64Array.from({ length: count }, (_, i) => start + BigInt(i)),
    v: Int32Array.from({ length: count }, (_, i) => i),
  });
  url = `${server.url}/power`;
});

afterAll(async () => {
  await db.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The rows as DuckDB itself understands their literals. */
function literals(): string {
  const hex = (literal: string) => literal.replace(/^'\\x/, "'");
  const lists = rows.map((row) =>
    Object.entries(duckDbTypes).map(([name, type]) => {
      const literal = row[name] ?? "null";
      if (name === "ge") {
        return literal === "null" ? "null" : "'0101000000000000000000f03f0000000000000040'";
      }
      const plain = name === "ts" ? literal.replace("Z'", "'") : hex(literal);
      return `cast(${plain} as ${type})`;
    }).join(", ")
  );
  return `values ${lists.map((list) => `(${list})`).join(", ")}`;
}

/** What DuckDB finds in a file that was not written, and the other way round. */
async function differences(reader: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const duckdb = await instance.connect();
  try {
    const read = `select * from ${reader}`;
    const result = await duckdb.runAndReadAll(
      `(${literals()} except (${read})) union all ((${read}) except ${literals()})`,
    );
    return result.getRowsJson();
  } finally {
    duckdb.closeSync();
    instance.closeSync();
  }
}

const structOfTypes = `{${
  Object.entries(duckDbTypes).map(([name, type]) => `${name}: '${type}'`).join(", ")
}}`;

describe("tdwire query", () => {
  const select = `select ${Object.keys(duckDbTypes).join(", ")} from e1`;

  it("tdwire query writes CSV that DuckDB reads as the values that were stored", async () => {
    const outcome = await run(["query", "-o", file("a.csv"), select], { url });
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    const reader = `read_csv('${
      file("a.csv")
    }', header = true, auto_detect = false, quote = '"', escape = '"', columns = ${structOfTypes}, allow_quoted_nulls = false)`;
    expect(await differences(reader)).toEqual([]);
  });

  it("tdwire query writes over REST what it writes over WebSocket", async () => {
    const args = ["query", "--format", "csv", select];
    const [socket, rest] = await Promise.all([
      run(args, { url }),
      run(args, { url: url.replace("ws:", "http:") }),
    ]);
    expect(rest).toEqual(socket);
    expect(rest).toMatchObject({ code: 0, stderr: "" });
  });

  it("tdwire query writes JSON lines that DuckDB reads as the values that were stored", async () => {
    const outcome = await run(["query", "--format", "jsonl", select], { url, runtime: "node" });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    writeFileSync(file("a.jsonl"), outcome.stdout);
    const reader = `read_json('${
      file("a.jsonl")
    }', format = 'newline_delimited', columns = ${structOfTypes})`;
    expect(await differences(reader)).toEqual([]);
  });

  it("tdwire query writes an Arrow file with all batches and the values of toArrow()", async () => {
    const [all, many] = await Promise.all([
      run(["query", "-o", file("a.arrow"), select], { url, runtime: "node" }),
      run(["query", "-o", file("many.arrow"), "select * from many"], { url }),
    ]);
    expect([all.code, many.code, all.stderr, many.stderr]).toEqual([0, 0, "", ""]);
    const read = tableFromIPC(readFileSync(file("a.arrow")));
    const wanted = toArrow(await db.query(select));
    expect(String(read.schema)).toBe(String(wanted.schema));
    expect(read.toArray().map(String)).toEqual(wanted.toArray().map(String));
    const large = tableFromIPC(readFileSync(file("many.arrow")));
    expect(large.numRows).toBe(200_000);
    expect(large.batches.length).toBeGreaterThan(10);
    expect(large.getChild("v")!.get(199_999)).toBe(199_999);
  });

  it("tdwire query writes an Arrow file without rows", async () => {
    const outcome = await run(["query", "-o", file("none.arrow"), `${select} limit 0`], { url });
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    const table = tableFromIPC(readFileSync(file("none.arrow")));
    expect([table.numRows, table.numCols]).toEqual([0, Object.keys(duckDbTypes).length]);
  });

  it("tdwire query shows a table: NULL to be seen, one line a row, all digits", async () => {
    const sql = "select ts, bi, nc, de from e1 order by ts";
    const { stdout } = await run(["query", sql], { url });
    expect(stdout).toBe(`\
 ts                             | bi                   | nc          | de
--------------------------------+----------------------+-------------+------------------------------------------
 1999-12-31T23:59:59.999999999Z |                 NULL | NULL        |                                     NULL
 2024-01-01T00:00:00.000000001Z | -9223372036854775808 | 日本語      | -1234567890123456789012345678.0123456789
 2024-01-01T00:00:00.123456789Z |  9223372036854775807 | a "q", \\n x |                             0.0000000001
 2024-01-02T00:00:00.000000000Z |                 NULL | NULL        |                                     NULL
(4 rows)
`);
  });

  it("tdwire query cuts cells to the width that is asked for, and says so", async () => {
    const sql = "select ts, nc, site from alltypes where it = 2147483647";
    const { stdout } = await run(["query", "--width", "40", sql], { url });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("(2 rows; cells were cut to fit, --width 0 shows them whole)");
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(40);
    expect(stdout).toContain("…");
  });

  it("tdwire query shows times in a zone, and hands it to the server", async () => {
    const sql = "select ts from e1 where ts >= '2024-01-01 01:00:00' order by ts";
    const args = ["query", "--format", "csv", "--time-zone", "Europe/Berlin", sql];
    expect((await run(args, { url })).stdout).toBe(`ts
2024-01-01T01:00:00.000000001+01:00
2024-01-01T01:00:00.123456789+01:00
2024-01-02T01:00:00.000000000+01:00
`);
  });

  it("tdwire query binds parameters", async () => {
    const sql = "select vc from e1 where bi = ? and nc = ?";
    const params = ["--param", "-9223372036854775808", "--param", "日本語"];
    const outcome = await run(["query", "--format", "jsonl", sql, ...withEquals(params)], { url });
    expect(outcome).toEqual({ code: 0, stdout: '{"vc":"plain"}\n', stderr: "" });
  });

  it("tdwire query runs several statements of standard input in one session", async () => {
    const stdin = "use power; -- a comment; with a semicolon\nselect 1 as `a;b`;\n\nshow tables;";
    const outcome = await run(["query"], { url: server.url, stdin, runtime: "deno" });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toMatch(
      /^OK, 0 rows affected\n a;b\n-+\n +1\n\(1 row\)\n\n table_name[^]*\(3 rows\)\n$/,
    );
  });

  it("tdwire query reads SQL from a file, and stops at the first statement that fails", async () => {
    writeFileSync(file("a.sql"), "select 1;\nselect nonsense from nowhere;\nselect 2");
    const outcome = await run(["query", "--file", file("a.sql")], { url });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain("(1 row)");
    expect(outcome.stdout).not.toContain("2");
    expect(outcome.stderr).toMatch(
      /^tdwire: statement 2 \(select nonsense from nowhere\): .*(0x2662|0x2603)/,
    );
  });

  it("tdwire query names the tables of a statement of which one does not exist", async () => {
    const outcome = await run(["query", "select * from nowhere"], { url });
    expect(outcome.stderr).toMatch(/Table does not exist\nhint: it is nowhere; /);
    const sql = "select * from a.`no where` x, b.t join (select 'from q' from c)";
    expect(missingTableAdvice({ code: 0x2603, sql } as TaosError))
      .toMatch(/^it is one of a\.`no where`, b\.t, c; /);
    expect(missingTableAdvice({ code: 0x2600, sql } as TaosError)).toBeUndefined();
  });

  it("tdwire query says that the folder of its output is not there", async () => {
    const path = join(folder, "nowhere", "a.csv");
    const outcome = await run(["query", "-o", path, "select 1"], { url });
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).toMatch(
      /^tdwire: cannot write .*a\.csv: the folder .* does not exist\n$/,
    );
  });

  it("tdwire query leaves no file behind that is not whole", async () => {
    writeFileSync(file("kept.csv"), "kept");
    const sql = "select ts from e1; select ts from e2";
    const outcome = await run(["query", "-o", file("kept.csv"), sql], { url });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("csv holds one result");
    expect(readFileSync(file("kept.csv"), "utf8")).toBe("kept");
    expect(partialFiles()).toEqual([]);
  });

  it("tdwire query writes to the file that a link leads to, whether it is there or not", async () => {
    for (const [link, target] of [["l1.csv", "old.csv"], ["l2.csv", "new.csv"]] as const) {
      if (target === "old.csv") writeFileSync(file(target), "old");
      symlinkSync(target, file(link));
      const outcome = await run(["query", "-o", file(link), "select 1 as a"], { url });
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(lstatSync(file(link)).isSymbolicLink()).toBe(true);
      expect(readFileSync(file(target), "utf8")).toBe("a\n1\n");
    }
  });

  it("tdwire query leaves each of two runs its own file, and none behind where it may not be", async () => {
    const args = ["query", "-o", file("both.csv"), "select * from many"];
    const both = await Promise.all([run(args, { url }), run(args, { url })]);
    expect(both).toEqual([1, 2].map(() => ({ code: 0, stdout: "", stderr: "" })));
    expect(readFileSync(file("both.csv"), "utf8").split("\n")).toHaveLength(200_002);
    isSlow = true;
    actions.length = 0;
    const { ended } = start(["query", "-o", file("taken.csv"), "select 1"], { url });
    await waitFor(() => actions.includes("binary_query"));
    mkdirSync(file("taken.csv"));
    isSlow = false;
    expect((await ended).code).toBe(1);
    expect(partialFiles()).toEqual([]);
  });

  it("tdwire query refuses JSON lines of two columns with one name", async () => {
    const outcome = await run(["query", "--format", "jsonl", "select 1 as a, 2 as a"], { url });
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).toContain('two columns are named "a"');
  });

  it.each(["node", "bun", "deno"] as const)(
    "tdwire query ends quietly in %s when the reader of a pipe has gone",
    async (runtime) => {
      const args = ["query", "--format", "csv", "select * from many"];
      const { child, ended } = start(args, { url, runtime });
      child.stdout.once("data", () => child.stdout.destroy());
      expect(await ended).toMatchObject({ code: 0, stderr: "" });
    },
  );

  it.each(["node", "bun", "deno"] as const)(
    "tdwire query stops at Ctrl-C in %s with exit code 130, and kills the query on the server",
    async (runtime) => {
      isSlow = true;
      actions.length = 0;
      const { child, ended } = start(["query", "select count(*) from many"], { url, runtime });
      await waitFor(() => actions.includes("binary_query"));
      child.kill("SIGINT");
      expect(await ended).toEqual({ code: 130, stdout: "", stderr: "" });
      isSlow = false;
      // The query, the list of what runs, and KILL QUERY.
      expect(actions.filter((action) => action === "binary_query")).toHaveLength(3);
    },
  );

  it.each(["node", "bun", "deno"] as const)(
    "tdwire query stops at the first Ctrl-C in %s when the reader of a pipe has stopped reading",
    async (runtime) => {
      const args = ["query", "--format", "csv", "select * from many"];
      const { child, ended } = start(args, { url, runtime });
      await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
      child.stdout.pause();
      // More than the pipe holds is on its way by then.
      await new Promise((resolve) => setTimeout(resolve, 500));
      child.kill("SIGINT");
      const code = await new Promise((resolve) => child.once("exit", resolve));
      child.stdout.resume();
      await ended;
      expect(code).toBe(130);
    },
  );

  it("tdwire query points to doctor when the server is not there, and quotes no password", async () => {
    const outcome = await run(["query", "--url", "ws://root:s3cret@localhost:1", "select 1"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("tdwire doctor");
    expect(outcome.stderr).not.toContain("s3cret");
  });
});

/** `util.parseArgs` wants `=` before a value that begins with a dash. */
function withEquals(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => i % 2 === 0 ? [`${arg}=${args[i + 1]}`] : []);
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

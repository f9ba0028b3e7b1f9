/** `tdwire write` in real processes, against the embedded server. */

import { DuckDBInstance } from "@duckdb/node-api";
import {
  makeData,
  makeVector,
  Table,
  tableFromArrays,
  tableToIPC,
  TimestampMicrosecond,
} from "apache-arrow";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { run, start } from "./cli_process.ts";
import { fillAllTypes, makeAllTypes } from "./cli_tables.ts";

const folder = mkdtempSync(join(tmpdir(), "tdwire-cli-"));
const file = (name: string) => join(folder, name);
let server: DevServer;
let db: Connection;

beforeAll(async () => {
  server = await createServer({ port: 0, version: "3.4.0.0" });
  db = await connect(server.url);
  await fillAllTypes(db, "source");
  await db.exec("create stable documents (ts timestamp, v int) tags (doc json)");
  await db.exec(
    `insert into j1 using documents tags ('{"a":1.5,"b":"x, y","c":null}') values ('2024-01-01T00:00:00Z', 1)`,
  );
  await db.exec("create database power keep 36500");
  await db.use("power");
  await db.exec(
    "create stable meters (ts timestamp, current float, voltage int, note varchar(8)) tags (site nchar(16), n int)",
  );
});

afterAll(async () => {
  await db.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("tdwire write", () => {
  it.each([["csv", "bun"], ["jsonl", "node"], ["csv", "deno"]] as const)(
    "tdwire write takes back what tdwire query wrote as %s, with every type, in %s",
    async (format, runtime) => {
      const database = `copy_${format}_${runtime}`;
      await using other = await connect(server.url);
      await makeAllTypes(other, database);
      await other.exec("create stable documents (ts timestamp, v int) tags (doc json)");
      for (const table of ["alltypes", "documents"]) {
        const select = `select tbname, * from ${table}`;
        const query = (from: string) =>
          run(["query", "--url", `${server.url}/${from}`, "--format", format, select], { runtime });
        const before = await query("source");
        expect(before).toMatchObject({ code: 0, stderr: "" });
        const written = await run(
          [
            "write",
            "--url",
            `${server.url}/${database}`,
            "--format",
            format,
            "--table",
            table,
            "-",
          ],
          { runtime, stdin: before.stdout },
        );
        expect(written).toMatchObject({ code: 0, stderr: "" });
        expect(written.stdout).toBe(table === "alltypes" ? "8 rows written\n" : "1 row written\n");
        expect((await query(database)).stdout).toBe(before.stdout);
      }
    },
  );

  it.each(["node", "bun", "deno"] as const)(
    "tdwire write takes back the Arrow file that tdwire query wrote, with every type, in %s",
    async (runtime) => {
      const database = `copy_arrow_${runtime}`;
      await using other = await connect(server.url);
      await makeAllTypes(other, database);
      const select = "select tbname, * from alltypes order by tbname, ts";
      const path = file(`${database}.arrow`);
      await run(["query", "--url", `${server.url}/source`, "-o", path, select]);
      const written = await run(["write", "--table", `${database}.alltypes`, path], {
        url: server.url,
        runtime,
      });
      expect(written).toEqual({ code: 0, stdout: "8 rows written\n", stderr: "" });
      const [before, after] = await Promise.all(
        ["source", database].map((from) =>
          run(["query", "--url", `${server.url}/${from}`, "--format", "csv", select])
        ),
      );
      expect(after).toEqual(before);
    },
  );

  it("tdwire write takes an Arrow stream of standard input, and tells refused rows by number", async () => {
    const url = `${server.url}/power`;
    const table = tableFromArrays({
      ts: BigInt64Array.of(1_700_000_000_000n, 1_700_000_000_001n, 1_700_000_000_002n),
      voltage: Float64Array.of(1, 1.5, 3),
    });
    const args = ["write", "--format", "arrow", "--table", "arrows", "--using", "meters"];
    const { child, ended } = start([...args, "--tag", "n=3", "-"], { url, keepsInputOpen: true });
    child.stdin.end(tableToIPC(table, "stream"));
    const outcome = await ended;
    expect(outcome).toMatchObject({ code: 1, stdout: "2 rows written, 1 refused\n" });
    expect(outcome.stderr).toMatch(/^row 2: column "voltage": 1\.5 /);
    const { rows } = await db.query("select voltage, n from arrows order by ts");
    expect(rows).toEqual([{ voltage: 1, n: 3 }, { voltage: 3, n: 3 }]);
  });

  it("tdwire write refuses rows of Arrow whose times have digits that the table cannot hold", async () => {
    const times = new TimestampMicrosecond("UTC");
    const data = BigInt64Array.of(1_700_000_000_000_000n, 1_700_000_000_001_500n);
    const table = new Table({ ts: makeVector(makeData({ type: times, data })) });
    writeFileSync(file("us.arrow"), tableToIPC(table, "file"));
    const url = `${server.url}/power`;
    const args = ["write", "--table", "us_arrow", "--using", "meters", "--tag", "n=1"];
    const outcome = await run([...args, file("us.arrow")], { url });
    expect(outcome).toMatchObject({ code: 1, stdout: "1 row written, 1 refused\n" });
    expect(outcome.stderr).toMatch(/^row 2: column "ts": the time has more digits/);
  });

  it("tdwire write refuses what is no Arrow data", async () => {
    writeFileSync(file("no.arrow"), "this is no Arrow file");
    const url = `${server.url}/power`;
    const outcome = await run(["write", "--table", "meters", file("no.arrow")], { url });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("no Arrow data");
  });

  it("tdwire write takes CSV that DuckDB wrote", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const duckdb = await instance.connect();
    const rows =
      `select 1700000000000 + i as ts, i / 7 as current, if(i % 3 = 0, null, i) as voltage,
      case i % 4 when 0 then null when 1 then '' when 2 then 'a"b,' else e'x\\ny' end as note
      from range(12) r(i)`;
    await duckdb.run(
      `copy (${rows}) to '${file("duck.csv")}' (header, delimiter ';', force_quote (note))`,
    );
    const url = `${server.url}/power`;
    const args = ["--delimiter", ";", "--using", "meters", "--tag", "site=north", "--tag", "n=7"];
    const outcome = await run(["write", ...args, "--table", "duck", file("duck.csv")], { url });
    expect(outcome).toEqual({ code: 0, stdout: "12 rows written\n", stderr: "" });
    const wanted = await duckdb.runAndReadAll(
      `select ts, current::float::double, voltage::int, note from (${rows}) order by ts`,
    );
    const found = await db.query("select ts, current, voltage, note from duck order by ts");
    expect(found.toArrays().map(([ts, ...cells]) => [BigInt((ts as Date).getTime()), ...cells]))
      .toEqual(wanted.getRowsJS());
    expect(await db.query("select distinct site, n from duck").first()).toEqual({
      site: "north",
      n: 7,
    });
    duckdb.closeSync();
    instance.closeSync();
  });

  it("tdwire write names the lines of rows that are refused, and writes the others", async () => {
    const csv = `ts,current,voltage,note
2024-01-01T00:00:00Z,1.5,1,a
2024-01-01T00:00:01Z,x,1,a
2024-01-01T00:00:02Z,1.5,99999999999,a
2024-01-01T00:00:03Z,1.5,1,"two
rows"
2024-01-01T00:00:04Z,1.5,1,much too long
2024-01-01T00:00:05Z,1.5
,1.5,1,a
2024-01-01T00:00:06Z,,,
2024-01-01 00:00:07,1,1,a
`;
    const url = `${server.url}/power`;
    const args = ["write", "--format", "csv", "--table", "bad", "--using", "meters"];
    const outcome = await run([...args, "--tag", "site=x", "-"], { url, stdin: csv });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toBe("3 rows written, 6 refused\n");
    const lines = outcome.stderr.trimEnd().split("\n");
    expect(lines.map((line) => Number(/^line (\d+): /.exec(line)?.[1])).sort((a, b) => a - b))
      .toEqual([3, 4, 7, 8, 9, 11]);
    expect(outcome.stderr).toMatch(/^line 3: column "current": .*FLOAT$/m);
    expect(outcome.stderr).toMatch(/^line 4: column "voltage": 99999999999 does not fit INT$/m);
    expect(outcome.stderr).toMatch(/^line 11: column "ts": .*--time-zone/m);
    const { rows } = await db.query("select note from bad order by ts");
    expect(rows).toEqual([{ note: "a" }, { note: "two\nrows" }, { note: null }]);
  });

  it("tdwire write reads times without a zone in the zone that is asked for", async () => {
    const csv =
      "ts,voltage\n2024-01-15 12:00:00,1\n2024-07-15T12:00:00.5,2\n2024-07-15T12:00:00Z,3\n";
    const url = `${server.url}/power`;
    const args = ["--format", "csv", "--table", "zoned", "--using", "meters", "--tag", "n=1"];
    const outcome = await run(
      ["write", ...args, "--time-zone", "Europe/Berlin", "-"],
      { url, stdin: csv },
    );
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const { rows } = await db.query("select ts from zoned order by voltage");
    expect(rows.map(({ ts }) => (ts as Date).toISOString())).toEqual([
      "2024-01-15T11:00:00.000Z",
      "2024-07-15T10:00:00.500Z",
      "2024-07-15T12:00:00.000Z",
    ]);
  });

  it("tdwire write leaves columns as they are that a JSON line does not name", async () => {
    await db.exec("create table kept (ts timestamp, a bigint, b varchar(8))");
    const stdin = `{"ts":1700000000000,"a":9007199254740993,"b":"x"}
{"ts":1700000000000,"b":"y"}
{"ts":1700000000001,"a":null}
[1]
{"ts":
`;
    const url = `${server.url}/power`;
    const outcome = await run(["write", "--format", "jsonl", "--table", "kept", "-"], {
      url,
      stdin,
    });
    expect(outcome).toMatchObject({ code: 1, stdout: "3 rows written, 2 refused\n" });
    expect(outcome.stderr).toMatch(/^line 4: each line must be an object/m);
    expect(outcome.stderr).toMatch(/^line 5: /m);
    expect((await db.query("select a, b from kept order by ts")).toArrays())
      .toEqual([[9007199254740993n, "y"], [null, null]]);
  });

  it("tdwire write names the column that the table does not have", async () => {
    const url = `${server.url}/power`;
    const args = ["write", "--format", "csv", "--table", "meters", "-"];
    const outcome = await run(args, { url, stdin: "tbname,ts,voltag\nd,1700000000000,1\n" });
    expect(outcome).toMatchObject({ code: 1, stdout: "0 rows written\n" });
    expect(outcome.stderr).toContain('no column "voltag"; did you mean voltage?');
  });

  it("tdwire write refuses --using for rows that name their tables", async () => {
    const url = `${server.url}/power`;
    const args = ["write", "--format", "csv", "--table", "d", "--using", "meters", "-"];
    const outcome = await run(args, { url, stdin: "tbname,ts,voltage\nd,1700000000000,1\n" });
    expect(outcome).toMatchObject({ code: 1, stdout: "0 rows written\n" });
    expect(outcome.stderr).toMatch(/^tdwire: rows with a tbname .*without --using\n$/);
  });

  it("tdwire write takes line protocol, telnet lines and OpenTSDB JSON", async () => {
    const url = `${server.url}/power`;
    const line =
      "# a comment\nweather,site=n t=1.5 1700000000000\nweather,site=n t=x7 1700000000001\nweather,site=n t=2.5 1700000000002\n";
    writeFileSync(file("weather.lp"), line);
    const telnet = "wind 1700000000000 3.5 site=n\n";
    const json = '{"metric":"rain","timestamp":1700000000000,"value":1.25,"tags":{"site":"n"}}\n';
    const [first, second, third] = await Promise.all([
      run(["write", "--precision", "ms", file("weather.lp")], { url }),
      run(["write", "--format", "telnet", "-"], { url, stdin: telnet }),
      run(["write", "--format", "json", "-"], { url, stdin: json }),
    ]);
    expect(first).toMatchObject({ code: 1, stdout: "2 rows written, 1 refused\n" });
    expect(first!.stderr).toMatch(/^line 3: /);
    expect([second!.stdout, third!.stdout]).toEqual(["1 row written\n", "1 row written\n"]);
    expect((await db.query("select t from weather order by _ts")).toArrays()).toEqual([[1.5], [
      2.5,
    ]]);
    expect(await db.query("select count(*) from rain").value()).toBe(1n);
    expect(await db.query("select count(*) from wind").value()).toBe(1n);
  });

  it.each(["csv", "jsonl"])(
    "tdwire write keeps the values of %s columns that objects have members of already",
    async (format) => {
      const table = `named_${format}`;
      await db.exec(
        `create table ${table} (ts timestamp, constructor int, toString varchar(8), n int)`,
      );
      const cells = { ts: 1_700_000_000_000, constructor: 1, tostring: "x", n: 2 };
      const stdin = format === "csv"
        ? `${Object.keys(cells).join(",")}\n${Object.values(cells).join(",")}\n`
        : `${JSON.stringify(cells)}\n`;
      const url = `${server.url}/power`;
      const args = ["write", "--format", format, "--table", table, "-"];
      expect(await run(args, { url, stdin })).toMatchObject({ code: 0, stderr: "" });
      const { rows } = await db.query(`select constructor, tostring, n from ${table}`);
      expect(rows).toEqual([{ constructor: 1, tostring: "x", n: 2 }]);
    },
  );

  it("tdwire write refuses a --tag that is a column of the file as well", async () => {
    const url = `${server.url}/power`;
    const args = ["write", "--format", "csv", "--table", "twice", "--using", "meters"];
    const stdin = "ts,voltage,site\n1700000000000,1,south\n";
    const outcome = await run([...args, "--tag", "site=north", "-"], { url, stdin });
    expect(outcome).toMatchObject({ code: 1, stdout: "0 rows written\n" });
    expect(outcome.stderr).toContain('--tag gives "site", and the rows have a column of that name');
  });

  it("tdwire write refuses times and numbers that the column would not keep", async () => {
    await db.exec("create table exact (ts timestamp, v double)");
    const url = `${server.url}/power`;
    const stdin = `{"ts":"2024-01-01T00:00:00.000001Z","v":1}
{"ts":"2024-01-01T00:00:00.001000Z","v":1e400}
{"ts":"2024-01-01T00:00:00.002000Z","v":-0}
`;
    const args = ["write", "--format", "jsonl", "--table", "exact", "-"];
    const outcome = await run(args, { url, stdin });
    expect(outcome).toMatchObject({ code: 1, stdout: "1 row written, 2 refused\n" });
    expect(outcome.stderr).toMatch(/^line 1: column "ts": .*digits/m);
    expect(outcome.stderr).toMatch(/^line 2: column "v": /m);
    expect((await db.query("select v from exact")).toArrays()).toEqual([[-0]]);
  });

  it("tdwire write refuses CSV whose first line names no columns, also where no row follows", async () => {
    const url = `${server.url}/power`;
    const args = ["write", "--format", "csv", "--table", "headless", "--using", "meters", "-"];
    const outcome = await run(args, { url, stdin: "1700000000000,1.5\n" });
    expect(outcome).toMatchObject({ code: 1, stdout: "0 rows written\n" });
    expect(outcome.stderr).toMatch(/^tdwire: line 1: .*"1700000000000".*first line must name/);
  });

  it("tdwire write refuses a JSON line with a column that the table lacks, and writes the others", async () => {
    const url = `${server.url}/power`;
    const args = ["write", "--format", "jsonl", "--table", "strange", "--using", "meters"];
    const stdin = `{"ts":1700000000000,"voltage":1}
{"ts":1700000000001,"voltage":2}
{"ts":1700000000002,"voltag":3}
{"ts":1700000000003,"voltage":4}
`;
    const outcome = await run([...args, "--tag", "site=x", "-"], { url, stdin });
    expect(outcome).toMatchObject({ code: 1, stdout: "3 rows written, 1 refused\n" });
    expect(outcome.stderr).toMatch(/^line 3: .*no column "voltag"; did you mean voltage\?\n$/);
    expect((await db.query("select voltage from strange order by ts")).toArrays())
      .toEqual([[1], [2], [4]]);
  });

  it("tdwire write says that --tag needs --using, for a child table that is there and one that is not", async () => {
    await db.exec("create table child using meters (site) tags ('n')");
    const url = `${server.url}/power`;
    const stdin = "ts,voltage\n1700000000000,1\n";
    for (const table of ["child", "nochild"]) {
      const args = ["write", "--format", "csv", "--table", table, "--tag", "site=x", "-"];
      const outcome = await run(args, { url, stdin });
      expect(outcome).toMatchObject({ code: 1, stdout: "0 rows written\n" });
      expect(outcome.stderr).toMatch(/^tdwire: .*--tag needs --using/);
    }
  });

  it.each([
    ["csv", "ts,voltage\n1700000000000,1\n1700000000001,2\n"],
    ["jsonl", '{"ts":1700000000000,"voltage":1}\n{"ts":1700000000001,"voltage":2}\n'],
  ])(
    "tdwire write says once of %s that rows of a super table need a tbname",
    async (format, stdin) => {
      const url = `${server.url}/power`;
      const args = ["write", "--format", format, "--table", "meters", "-"];
      expect(await run(args, { url, stdin })).toEqual({
        code: 1,
        stdout: "0 rows written\n",
        stderr:
          "tdwire: meters is a super table: rows need a tbname column, or --using meters with --table for a child\n",
      });
    },
  );
});

/**
 * Schemaless writing: text and points in three formats, what the server makes of them, and what is refused.
 *
 * @module
 */
import { json, line, telnet } from "../../mod.ts";
import type { Case } from "./case.ts";
import { startMs } from "./tables.ts";

const needs = ["schemaless"] as const;
const databaseOptions = "precision 'ns' keep 36500";
const t0 = BigInt(startMs) * 1_000_000n;

export const schemalessCases: readonly Case[] = [
  {
    name: "writeLines() writes a list of lines and tells rows, lines and the request id",
    needs,
    databaseOptions,
    async run({ open, deepEqual }) {
      await using db = await open();
      const written = await db.writeLines([
        `w,city=A\\ B t=1.5,n=2i,s="q\\"x\\\\" ${t0}`,
        `w,city=C t=2.5,n=3i,s="" ${t0 + 1n}`,
      ], { protocol: "line", reqId: 77 });
      deepEqual(written, { affectedRows: 2, totalRows: 2, reqId: 77n });
      const { rows } = await db.query("select _ts, t, n, s, city from w order by _ts");
      deepEqual(rows, [
        { _ts: t0, t: 1.5, n: 2n, s: 'q"x\\', city: "A B" },
        { _ts: t0 + 1n, t: 2.5, n: 3n, s: "", city: "C" },
      ]);
    },
  },
  {
    name: "writeLines() reads times in the unit it is told, nanoseconds without one",
    needs,
    databaseOptions,
    async run({ open, equal, deepEqual }) {
      await using db = await open();
      const seconds = BigInt(startMs / 1000);
      const units = {
        s: seconds,
        ms: seconds * 1000n,
        us: seconds * 1_000_000n,
        ns: seconds * 10n ** 9n,
      };
      for (const [precision, ticks] of Object.entries(units)) {
        const text = `w,p=${precision} v=1 ${ticks}\n`;
        equal(
          (await db.writeLines(text, { protocol: "line", precision: precision as "s" }))
            .affectedRows,
          1,
        );
      }
      await db.writeLines(`w,p=none v=1 ${units.ns}`, { protocol: "line" });
      deepEqual(await db.query("select _ts, count(*) n from w group by _ts").first(), {
        _ts: t0,
        n: 5n,
      });
    },
  },
  {
    name: "writeLines() takes points of every type and keeps every value",
    needs,
    databaseOptions,
    async run({ open, deepEqual }) {
      await using db = await open();
      const bytes = new Uint8Array([0, 255]);
      const point = line.point("all types").tag("the tag", "x =,y")
        .field("i8", -128, "i8").field("u64", 2n ** 64n - 1n, "u64").field("i64", -(2n ** 63n) + 1n)
        .field("f", 1.5, "f32").field("d", 1e300).field("b", true).field("none", null)
        .field("text", 'a "b" \\ ,=').field("n", "北京😀", "nchar").field("bytes", bytes)
        .at(t0 + 7n, "ns");
      await db.writeLines([point, line.point("other").field("v", 1).at(new Date(startMs))]);
      deepEqual((await db.query("select * from `all types`")).rows, [{
        _ts: t0 + 7n,
        i8: -128,
        u64: 2n ** 64n - 1n,
        i64: -(2n ** 63n) + 1n,
        f: 1.5,
        d: 1e300,
        b: true,
        text: 'a "b" \\ ,=',
        n: "北京😀",
        bytes,
        "the tag": "x =,y",
      }]);
      deepEqual(await db.query("select _ts, v from other").first(), { _ts: t0, v: 1 });
    },
  },
  {
    name: "writeLines() writes telnet lines and points",
    needs,
    databaseOptions,
    async run({ open, deepEqual }) {
      await using db = await open();
      await db.writeLines(`sys.cpu ${startMs / 1000} 1.5 host=h1`, { protocol: "telnet" });
      await db.writeLines(
        telnet.point("sys.cpu").tag("host", "h2").value(2.5).at(new Date(startMs + 1)),
      );
      deepEqual((await db.query("select _ts, _value, host from sys_cpu order by _ts")).toArrays(), [
        [t0, 1.5, "h1"],
        [t0 + 1_000_000n, 2.5, "h2"],
      ]);
    },
  },
  {
    name: "writeLines() writes JSON texts, objects and points",
    needs,
    databaseOptions,
    async run({ open, equal, deepEqual }) {
      await using db = await open();
      const object = (value: number) => ({
        metric: "m",
        timestamp: startMs,
        value,
        tags: { host: `h${value}` },
      });
      const { affectedRows, totalRows } = await db.writeLines([
        JSON.stringify([object(1), object(2)]),
        object(3),
      ], { protocol: "json" });
      deepEqual([affectedRows, totalRows], [3, 3]);
      await db.writeLines(json.point("m").tag("host", 'h "4"').value(4).at(startMs * 1000, "us"));
      equal(await db.query("select count(*) from m").value(), 4n);
      deepEqual(await db.query("select _ts, _value from m where host = ?", ['h "4"']).first(), {
        _ts: t0,
        _value: 4,
      });
    },
  },
  {
    name: "writeLines() names child tables by a tag when it is told to",
    needs,
    databaseOptions,
    async run({ open, deepEqual }) {
      await using db = await open();
      const options = { protocol: "line", tableNameKey: "id", ttlDays: 30 } as const;
      await db.writeLines([`w,id=first,x=1 v=1 ${t0}`, `w,id=second,x=2 v=2 ${t0}`], options);
      deepEqual((await db.query("select tbname, x, v from w order by v")).toArrays(), [
        ["first", "1", 1],
        ["second", "2", 2],
      ]);
    },
  },
  {
    name: "writeLines() rejects with SchemalessError and the offending line",
    needs,
    databaseOptions,
    async run({ open, rejects }) {
      await using db = await open();
      const wanted = {
        name: "SchemalessError",
        code: 0x3002,
        affectedRows: 0,
        outcome: "rejected",
      };
      await rejects(db.writeLines("bad", { protocol: "line" }), { ...wanted, line: "bad" });
      const lines = [`w v=1 ${t0}`, "bad line here", `w v=2 ${t0}`];
      await rejects(db.writeLines(lines, { protocol: "line" }), {
        ...wanted,
        line: "bad line here",
      });
      await rejects(db.writeLines("{bad", { protocol: "json" }), {
        name: "SchemalessError",
        code: 0x0221,
      });
    },
  },
  {
    name: "writeLines() rejects a value of another type than the column's",
    needs,
    databaseOptions,
    async run({ open, rejects }) {
      await using db = await open();
      const both = [`w v=1 ${t0}`, `w v=2i ${t0 + 1n}`];
      await rejects(db.writeLines(both, { protocol: "line" }), {
        name: "SchemalessError",
        code: 0x3004,
      });
      await db.writeLines(both[0]!, { protocol: "line" });
      await rejects(db.writeLines(both[1]!, { protocol: "line" }), {
        name: "SchemalessError",
        code: 0x3002,
      });
    },
  },
  {
    name:
      "writeLines() refuses wrong options before anything is sent, and sends nothing for nothing",
    needs,
    async run({ open, deepEqual, rejects }) {
      await using db = await open();
      const refused = { name: "InterfaceError", outcome: "not-sent" };
      const precision = "minute" as "m";
      await rejects(db.writeLines("w v=1 1", { protocol: "line", precision }), refused);
      await rejects(db.writeLines("w 1 1 t=a", { protocol: "telnet", precision: "s" }), refused);
      await rejects(db.writeLines('w v="a\nb" 1'.split("|"), { protocol: "line" }), refused);
      await rejects(db.writeLines(line.point("w").field("v", "a\nb")), refused);
      deepEqual(await db.writeLines([], { protocol: "line", reqId: 5 }), {
        affectedRows: 0,
        totalRows: 0,
        reqId: 5n,
      });
      deepEqual((await db.query("show stables")).rows, []);
    },
  },
  {
    name: "writeLines() needs a current database",
    needs,
    async run({ connect, url, rejects }) {
      await using db = await connect(url);
      const writing = db.writeLines("w v=1 1", { protocol: "line" });
      await rejects(writing, { name: "SchemalessError", code: 0x2616 });
    },
  },
];

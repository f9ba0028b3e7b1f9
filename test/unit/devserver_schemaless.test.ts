import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { openClient, type TestClient } from "./devserver_client.ts";

let server: DevServer;
let client: TestClient;

beforeAll(async () => {
  server = await createServer({ port: 0 });
  client = await openClient(server.url);
  await client.request("conn", { req_id: 1, user: "root", password: "taosdata" });
});
afterAll(async () => {
  client.close();
  await server.close();
});

let reqId = 1;

async function query(sql: string): Promise<unknown[][]> {
  const response = await fetch(`http://127.0.0.1:${server.port}/rest/sql/sml`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("root:taosdata")}` },
    body: sql,
  });
  const { code, desc, data } = await response.json() as {
    code: number;
    desc: string;
    data: unknown[][];
  };
  if (code !== 0) throw new Error(`0x${code.toString(16)} ${desc}`);
  return data;
}

/** Writes; the reply without what every reply has. */
async function write(data: string, options: object = {}): Promise<Record<string, unknown>> {
  const args = { req_id: ++reqId, protocol: 1, precision: "ms", ttl: 0, data, ...options };
  const { action: _action, req_id: _id, timing: _timing, ...reply } = await client.request(
    "insert",
    args,
  );
  return reply;
}

/** A new database in use. */
async function use(precision = "ms"): Promise<void> {
  await client.request("query", { req_id: ++reqId, sql: "drop database if exists sml" });
  await client.request("query", {
    req_id: ++reqId,
    sql: `create database sml precision '${precision}' keep 36500`,
  });
  await client.request("query", { req_id: ++reqId, sql: "use sml" });
}

const done = (rows: number, lines = rows) => ({
  code: 0,
  message: "",
  affected_rows: rows,
  total_rows: lines,
});

/** Name, type and length of the columns and tags. */
async function schema(table: string): Promise<unknown[]> {
  return (await query(`describe ${table}`)).map((row) => row.slice(0, 3));
}

describe("insert", () => {
  it("insert needs a protocol and a current database", async () => {
    await client.request("query", { req_id: ++reqId, sql: "create database if not exists sml" });
    const other = await openClient(server.url);
    await other.request("conn", { req_id: 1, user: "root", password: "taosdata" });
    const args = { req_id: 2, protocol: 1, precision: "ms", ttl: 0, data: "w v=1 1" };
    expect(await other.request("insert", args)).toMatchObject({
      code: 0x2616,
      message: "Database not specified",
    });
    expect(await other.request("insert", { ...args, req_id: 3, protocol: 0 }))
      .toMatchObject({ code: 0xffff, message: "schemaless write protocol is null" });
    other.close();
  });

  it("insert makes a super table with the types of the values and widths of powers of two", async () => {
    await use();
    const values =
      'b=t,i1=1i8,i2=2i16,i4=3i32,i8=4i,u1=5u8,u2=6u16,u4=7u32,u8=8u64,f4=1.5f32,f8=2.5,v="12345678",n=L"北京",x=B"\\x00ff",g=G"POINT(1 2)",e=""';
    expect(await write(`all.types,t=a,long=1234567 ${values} 1700000000000`)).toEqual(done(1));
    expect(await schema("all_types")).toEqual([
      ["_ts", "TIMESTAMP", 8],
      ["b", "BOOL", 1],
      ["i1", "TINYINT", 1],
      ["i2", "SMALLINT", 2],
      ["i4", "INT", 4],
      ["i8", "BIGINT", 8],
      ["u1", "TINYINT UNSIGNED", 1],
      ["u2", "SMALLINT UNSIGNED", 2],
      ["u4", "INT UNSIGNED", 4],
      ["u8", "BIGINT UNSIGNED", 8],
      ["f4", "FLOAT", 4],
      ["f8", "DOUBLE", 8],
      ["v", "VARCHAR", 16],
      ["n", "NCHAR", 8],
      ["x", "VARBINARY", 4],
      ["g", "GEOMETRY", 32],
      ["e", "VARCHAR", 1],
      ["t", "NCHAR", 2],
      ["long", "NCHAR", 8],
    ]);
    const [row] = await query("select * from all_types");
    const point = "0101000000000000000000f03f0000000000000040";
    expect(row).toEqual(
      [
        "2023-11-14T22:13:20.000Z",
        true,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        1.5,
        2.5,
        "12345678",
        "北京",
        "00ff",
        point,
        "",
        "a",
        "1234567",
      ],
    );
  });

  it("insert adds columns and tags, and widens them", async () => {
    await use();
    await write('w,t=a v="x" 1');
    expect(await write('w,t=abcd,u=b v="wxyz",n=1i 2\nw v="y" 3')).toEqual(done(2));
    expect(await schema("w")).toEqual([
      ["_ts", "TIMESTAMP", 8],
      ["v", "VARCHAR", 8],
      ["n", "BIGINT", 8],
      ["t", "NCHAR", 8],
      ["u", "NCHAR", 2],
    ]);
    expect(await query("select v, n, t, u from w order by _ts")).toEqual([
      ["x", null, "a", null],
      ["wxyz", 1, "abcd", "b"],
      ["y", null, null, null],
    ]);
  });

  it("insert overwrites the named columns of a row of the same series and time", async () => {
    await use();
    await write("w,t=a v=1,u=1 5\nw,t=a v=2 5\nw,t=b v=3 5");
    expect(await query("select v, u, t from w order by t")).toEqual([[2, 1, "a"], [3, null, "b"]]);
  });

  it("insert names child tables by the MD5 of table and sorted tags, or by a tag", async () => {
    await use();
    await write("w.x,b=2,A=1 v=1 1\nw.x v=2 2");
    await write("w.x,b=3,host=d.1 v=3 3", { table_name_key: "host" });
    const name = (text: string) => `t_${createHash("md5").update(text).digest("hex")}`;
    expect(await query("select tbname, v, b from w_x order by v")).toEqual([
      [name("w_x,A=1,b=2"), 1, "2"],
      [name("w_x"), 2, null],
      ["d_1", 3, "3"],
    ]);
    expect((await schema("w_x")).map((row) => (row as string[])[0])).toEqual([
      "_ts",
      "v",
      "b",
      "A",
    ]);
  });

  it("insert gives a super table without tags the tag _tag_null", async () => {
    await use();
    await write("w v=1 1");
    expect(await schema("w")).toContainEqual(["_tag_null", "NCHAR", 1]);
  });

  it("insert reads times in the unit it is told, nanoseconds for an unknown one", async () => {
    await use("ns");
    for (
      const [precision, ticks] of [["h", 1n], ["m", 60n], ["s", 3600n], ["ms", 3_600_000n], [
        "u",
        3_600_000_000n,
      ], ["μ", 3_600_000_000n]]
    ) {
      await write(`w,p=${precision} v=1 ${ticks}`, { precision });
    }
    for (const precision of ["ns", "", "minute"]) {
      await write(`w,p=n${precision} v=1 3600000000000`, { precision });
    }
    expect(await query("select distinct _ts from w")).toEqual([["1970-01-01T01:00:00.000000000Z"]]);
    expect(await query("select count(*) from w")).toEqual([[9]]);
  });

  it("insert takes the clock's time for 0 and for none", async () => {
    await use();
    const before = Date.now();
    await write("w,t=a v=1\nw,t=b v=1 0");
    await write("w 0 1 t=c", { protocol: 2 });
    const times = (await query("select _ts from w")).map(([time]) => Date.parse(time as string));
    expect(times.every((time) => time >= before && time <= Date.now())).toBe(true);
  });

  it("insert leaves out comments and counts the other lines", async () => {
    await use();
    expect(await write("# one\nw v=1 1\n#two\nw v=2 2\n")).toEqual(done(2));
    expect(await write("#")).toMatchObject({ code: 0x3002, message: "line num is invalid" });
  });

  it.each(
    [
      ["bad", 0x3002, "SML line cols is empty"],
      ["bad line here", 0x3002, "SML line invalid data: here"],
      ["bad line", 0x021f, "SML line invalid key or key is too long than 64:line"],
      ["w v=1 1\n\nw v=2 2", 0x020a, "SML line measure is empty or too large than 192"],
      ["w,t= v=1 1", 0x3002, "SML line invalid value: v=1 1"],
      ["w,t=a=b v=1 1", 0x3002, "SML line invalid data:=b v=1 1"],
      ["w,t v=1 1", 0x3002, "SML line invalid data: v=1 1"],
      ['w v="x 1', 0x3002, 'SML line unbalanced quotes:"x 1'],
      ["w v= 1", 0x3002, "SML line invalid value: 1"],
      ["w v=1x 1", 0x0203, "SML line invalid value:1x 1"],
      ["w v=256u8 1", 0x0203, "SML line invalid value:256u8 1"],
      ["w v=1 x\nw v=2 2", 0x0127, "SML line invalid timestamp:x\nw v=2 2"],
      ["w v=1 -5", 0x0127, "SML line invalid timestamp:-5"],
      [`${"w".repeat(193)} v=1 1`, 0x020a, "SML line measure is empty or too large than 192"],
      ["w v=1 1\nw v=2i 2", 0x3004, "the type is not the same like before:v"],
      ["w v=1,v=2 2", 0x263c, "Duplicated column names"],
    ] as const,
  )("insert refuses %s and writes nothing", async (data, code, message) => {
    await use();
    expect(await write(data)).toEqual({ code, message });
    expect(await query("show stables")).toEqual([]);
  });

  it("insert refuses another type than the column's", async () => {
    await use();
    await write("w v=1 1");
    expect(await write("w v=2i 2")).toMatchObject({
      code: 0x3002,
      message: expect.stringContaining("type mismatch"),
    });
    expect(await query("select v from w")).toEqual([[1]]);
  });

  it("insert reads telnet lines, without escapes", async () => {
    await use("ns");
    expect(await write('a.b 1700000000 1.5 host=x,"y\\ z=1'.replace("=1", ""), { protocol: 2 }))
      .toMatchObject({ code: 0x021f });
    expect(
      await write('a.b 1700000000 1.5 host=x,"y\\\na.b  1700000000001  2  host=h1  dc=a', {
        protocol: 2,
      }),
    ).toEqual(done(2));
    expect(await query("select * from a_b order by _ts")).toEqual([
      ["2023-11-14T22:13:20.000000000Z", 1.5, 'x,"y\\', null],
      ["2023-11-14T22:13:20.001000000Z", 2, "h1", "a"],
    ]);
    for (
      const [data, code] of [["m", 0x3002], ["m 1 1 t=a", 0x0127], ["m 1700000000 x t=a", 0x0203], [
        "m 1700000000 1",
        0x0203,
      ], ["m 1700000000 1 t=a=b", 0x3002]] as const
    ) {
      expect(await write(data, { protocol: 2 })).toMatchObject({ code });
    }
  });

  it("insert reads JSON with its types", async () => {
    await use("us");
    const point = (value: unknown, timestamp: unknown = 1_700_000_000) => ({
      metric: "m",
      timestamp,
      value,
      tags: { host: 'h"1', n: 3 },
    });
    const points = [
      point(1.5),
      point(2, 1_700_000_000_001),
      point({ value: 3, type: "double" }, { value: 1_700_000_000_000_002, type: "us" }),
    ];
    expect(await write(JSON.stringify(points), { protocol: 3 })).toEqual(done(3, 1));
    expect(await schema("m")).toEqual([
      ["_ts", "TIMESTAMP", 8],
      ["_value", "DOUBLE", 8],
      ["host", "VARCHAR", 4],
      ["n", "DOUBLE", 8],
    ]);
    expect(await query("select * from m order by _ts")).toEqual([
      ["2023-11-14T22:13:20.000000Z", 1.5, 'h"1', 3],
      ["2023-11-14T22:13:20.000002Z", 3, 'h"1', 3],
      ["2023-11-14T22:13:20.001000Z", 2, 'h"1', 3],
    ]);
    for (
      const [bad, code] of [
        ["{bad", 0x0221],
        [JSON.stringify({ metric: "m" }), 0x0221],
        [JSON.stringify({ ...point(1), more: 1 }), 0x0221],
        [JSON.stringify({ ...point(1), tags: {} }), 0x0221],
        [JSON.stringify(point({ value: 300, type: "i8" })), 0x0224],
        [JSON.stringify(point({ value: 3, type: "u8" })), 0x0222],
        [JSON.stringify(point(1, 5)), 0x0127],
      ] as const
    ) {
      expect(await write(bad, { protocol: 3 })).toMatchObject({ code });
    }
  });
});

describe("schemaless writing over HTTP", () => {
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method: "POST",
      body,
      headers,
    });
    return [response.status, await response.text()];
  };
  const authorization = `Basic ${btoa("root:taosdata")}`;

  it("the endpoints write, and take a login by header or by parameters", async () => {
    await use();
    expect(await post("/influxdb/v1/write?db=sml&precision=ms", "w,t=a v=1 1", { authorization }))
      .toEqual([204, ""]);
    expect(await post("/influxdb/v1/write?db=sml&precision=ms&u=root&p=taosdata", "w,t=a v=2 2"))
      .toEqual([204, ""]);
    expect(
      await post(
        "/opentsdb/v1/put/telnet/sml",
        "put m 1700000000 1 t=a\nput m 1700000001 2 t=a\n",
        { authorization },
      ),
    ).toEqual([204, ""]);
    expect(
      await post(
        "/opentsdb/v1/put/json/sml",
        '{"metric":"j","timestamp":1700000000,"value":1,"tags":{"t":"a"}}',
        { authorization },
      ),
    ).toEqual([204, ""]);
    expect(await query("select count(*) from w")).toEqual([[2]]);
    expect(await query("select count(*) from m")).toEqual([[2]]);
    expect(await query("select count(*) from j")).toEqual([[1]]);
  });

  it("the endpoints refuse each in its own way", async () => {
    const refused = async (path: string, headers = {}) => {
      const [status, body] = await post(path, "w v=1 1", headers);
      return [status, JSON.parse(body as string).code];
    };
    expect(await refused("/influxdb/v1/write?db=sml")).toEqual([401, "forbidden"]);
    expect(await refused("/influxdb/v1/write?db=sml&u=root&p=wrong")).toEqual([401, "forbidden"]);
    expect(await refused("/opentsdb/v1/put/telnet/sml")).toEqual([401, 401]);
    expect(await refused("/opentsdb/v1/put/telnet/", { authorization })).toEqual([400, 400]);
    expect(await refused("/influxdb/v1/write?db=nosuch", { authorization })).toEqual([
      500,
      "internal error",
    ]);
    expect(await refused("/opentsdb/v1/put/json/nosuch", { authorization })).toEqual([500, 500]);
    expect((await post("/opentsdb/v1/put/other/sml", "", { authorization }))[0]).not.toBe(204);
  });
});

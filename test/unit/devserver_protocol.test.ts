/** The embedded server's protocol, with an engine that answers a few fixed things. */

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createServer, type DevServer, type Faults } from "../../src/devserver/mod.ts";
import { formatToken, parseToken } from "../../src/devserver/http_token.ts";
import { formatJson, parseJson } from "../../src/devserver/replies.ts";
import { readBind } from "../../src/devserver/stmt2.ts";
import { wkbEnd } from "../../src/devserver/stmt2_checks.ts";
import { type FakeEngine, makeFakeEngine } from "./devserver_fake_engine.ts";
import { fetchFrame, openClient, readBlockReply, type TestClient } from "./devserver_client.ts";

let engine: FakeEngine;
let server: DevServer;
const clients: TestClient[] = [];

async function start(faults?: Faults): Promise<void> {
  engine = makeFakeEngine();
  server = await createServer({ port: 0, engine, ...(faults ? { faults } : {}) });
}

async function connect(options?: { perMessageDeflate?: boolean }): Promise<TestClient> {
  const client = await openClient(server.url, options);
  clients.push(client);
  await client.request("conn", { req_id: 1, user: "root", password: "taosdata" });
  return client;
}

beforeEach(() => start());
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

describe("parseJson() and formatJson()", () => {
  it("parseJson() keeps all digits of 64-bit integers", () => {
    const text =
      '{"a":18446744073709551615,"b":-9223372036854775808,"c":[1.5,1e3,"x\\u00e9\\n9007199254740993",null,true]}';
    const value = parseJson(text) as Record<string, unknown>;
    expect(value.a).toBe(18446744073709551615n);
    expect(value.b).toBe(-9223372036854775808n);
    expect(value.c).toEqual([1.5, 1000, "xé\n9007199254740993", null, true]);
    expect(formatJson(parseJson(formatJson(value as never)))).toBe(formatJson(value as never));
  });

  it.each(["", "{bad json", "[1,]", '{"a":}', "01", "1 2", '"\n"', '{"a" 1}', "[", "nul"])(
    "parseJson() refuses %j",
    (text) => expect(() => parseJson(text)).toThrow(SyntaxError),
  );
});

describe("query and fetch", () => {
  it("fetch_raw_block pulls one block a request and frees the result at its end", async () => {
    const client = await connect();
    const reply = await client.request("query", { req_id: 12849800652802490369n, sql: "select 10000 rows" });
    expect(reply).toMatchObject({ code: 0, req_id: 12849800652802490369n, id: 1, fields_types: [9, 4], precision: 1 });
    const sizes = [];
    for (let i = 0; i < 3; i++) {
      const block = readBlockReply(await client.send(fetchFrame(0xffff_ffff_ffff_fff0n + BigInt(i), 1n)));
      expect(block).toMatchObject({
        reqId: 0xffff_ffff_ffff_fff0n + BigInt(i),
        code: 0,
        resultId: 1n,
        isFinished: false,
      });
      sizes.push(block.rows);
    }
    expect(sizes).toEqual([4096, 4096, 1808]);
    expect(server.openResults()).toBe(1);
    expect(readBlockReply(await client.send(fetchFrame(5n, 1n)))).toMatchObject({ code: 0, isFinished: true });
    expect(server.openResults()).toBe(0);
    expect(engine.openCursors).toBe(0);
  });

  it("fetch_raw_block answers an error in the middle and frees the result", async () => {
    const client = await connect();
    await client.request("query", { req_id: 2, sql: "select 5 rows then fail" });
    expect(readBlockReply(await client.send(fetchFrame(3n, 1n))).rows).toBe(5);
    expect(readBlockReply(await client.send(fetchFrame(4n, 1n)))).toMatchObject({
      code: 0x073a,
      message: "Query memory exhausted",
      isFinished: true,
    });
    expect(readBlockReply(await client.send(fetchFrame(5n, 1n))).message).toBe("result is nil");
    expect(server.openResults()).toBe(0);
  });

  it("replies come in the order of completion", async () => {
    const client = await connect();
    const slow = client.request("query", { req_id: 10, sql: "sleep 100" });
    const fast = client.request("query", { req_id: 11, sql: "select 1" });
    const order: string[] = [];
    await Promise.all([slow.then(() => order.push("slow")), fast.then(() => order.push("fast"))]);
    expect(order).toEqual(["fast", "slow"]);
  });

  it("a closed socket frees its results once its requests have ended", async () => {
    const client = await connect();
    await client.request("query", { req_id: 2, sql: "select 10000 rows" });
    await client.send(fetchFrame(3n, 1n));
    client.close();
    await expect.poll(() => [server.connections(), engine.openCursors, engine.openSessions]).toEqual([0, 0, 0]);
  });

  it("permessage-deflate is used when the client offers it", async () => {
    const client = await connect({ perMessageDeflate: true });
    expect(client.extensions).toContain("permessage-deflate");
    await client.request("query", { req_id: 2, sql: "select 4096 rows" });
    expect(readBlockReply(await client.send(fetchFrame(3n, 1n))).rows).toBe(4096);
  });

  it("a client that does not read gets no more blocks than fit", async () => {
    const client = await connect();
    await client.request("query", { req_id: 2, sql: "select 1600000 rows" });
    client.pause();
    for (let i = 0; i < 390; i++) void client.send(fetchFrame(BigInt(100 + i), 1n));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(engine.openCursors).toBe(1);
    client.resume();
    await expect.poll(() => client.received(), { timeout: 10_000 }).toBeGreaterThanOrEqual(390);
  });
});

describe("statements", () => {
  const using = "insert into ? using st tags(?) values(?,?,?)";

  async function bindRecorded(client: TestClient, id: bigint): Promise<Record<string, unknown>> {
    const payload = recordedFrames("py_stmt2.jsonl", 9n)[0]!.subarray(30);
    const frame = new Uint8Array(30 + payload.byteLength);
    const view = new DataView(frame.buffer);
    view.setBigUint64(0, 77n, true);
    view.setBigUint64(8, id, true);
    view.setBigUint64(16, 9n, true);
    view.setUint16(24, 1, true);
    view.setInt32(26, -1, true);
    frame.set(payload, 30);
    return await client.send(frame) as Record<string, unknown>;
  }

  it("an error sticks to a statement until another is initialised", async () => {
    const client = await connect();
    const init = { req_id: 2, single_stb_insert: true, single_table_bind_once: true };
    expect(await client.request("stmt2_init", init)).toMatchObject({ code: 0, stmt_id: 1 });
    const prepared = await client.request("stmt2_prepare", { req_id: 3, stmt_id: 1, sql: using, get_fields: true });
    expect(prepared.fields_count).toBe(5);
    const failure = { code: 0x0236, stmt_id: 1 };
    expect(await bindRecorded(client, 1n)).toMatchObject(failure);
    expect(await client.request("stmt2_exec", { req_id: 4, stmt_id: 1 })).toMatchObject(failure);
    expect(await client.request("stmt2_prepare", { req_id: 5, stmt_id: 1, sql: using, get_fields: true }))
      .toMatchObject(failure);
    expect(server.openStatements()).toBe(1);
    await client.request("stmt2_close", { req_id: 6, stmt_id: 1 });
    expect(server.openStatements()).toBe(0);
  });

  it("get_fields is refused for an INSERT whose table is unknown", async () => {
    const client = await connect();
    await client.request("stmt2_init", { req_id: 2, single_stb_insert: false, single_table_bind_once: false });
    const sql = "insert into ? values(?,?,?)";
    expect(await client.request("stmt2_prepare", { req_id: 3, stmt_id: 1, sql, get_fields: true }))
      .toMatchObject({ code: 0x022b, stmt_id: 1 });
    await client.request("stmt2_init", { req_id: 4, single_stb_insert: false, single_table_bind_once: false });
    expect(await client.request("stmt2_prepare", { req_id: 5, stmt_id: 2, sql, get_fields: false }))
      .toMatchObject({ code: 0, is_insert: true, fields: null, fields_count: 0 });
  });

  it("readBind() reads the recorded bind of two tables", () => {
    const tables = readBind(recordedFrames("py_stmt2.jsonl", 9n)[0]!.subarray(30));
    expect(tables.map((table) => table.name)).toEqual(["c1", "c2"]);
    expect(tables[0]!.tagTypes).toEqual([4, 8, 10, 7, 1]);
    expect(tables[0]!.tags).toEqual([7, bytes("loc-c1"), "标签", 2.5, true]);
    expect(tables[0]!.columnTypes).toEqual([9, 1, 2, 3, 4, 5, 11, 12, 13, 14, 6, 7, 8, 10, 16, 20]);
    expect(tables[0]!.columns[4]).toEqual([2147483647, null, -2147483648]);
    expect(tables[0]!.columns[12]!.slice(0, 2)).toEqual([bytes("plain"), null]);
  });

  it("readBind() refuses every truncation of a payload and every wrong length", () => {
    const payload = recordedFrames("py_stmt2.jsonl", 9n)[0]!.subarray(30);
    for (let length = 0; length < payload.byteLength; length++) {
      const cut = payload.slice(0, length);
      if (length >= 4) new DataView(cut.buffer).setUint32(0, length, true);
      expect(() => readBind(cut)).toThrow();
    }
    for (let at = 0; at < payload.byteLength; at++) {
      const damaged = payload.slice();
      damaged[at]! ^= 0xff;
      try {
        readBind(damaged);
      } catch (error) {
        expect((error as Error).name).toBe("BindError");
      }
    }
  });

  it("wkbEnd() tells a geometry from other bytes", () => {
    const point = Buffer.from("010100000000000000000059400000000000005940", "hex");
    expect(wkbEnd(point, 0)).toBe(21);
    expect(wkbEnd(point.subarray(0, 20), 0)).toBe(-1);
    expect(wkbEnd(bytes("Hello, world!"), 0)).toBe(-1);
  });
});

describe("faults", () => {
  it("a fault can cut the connection in the middle of a result", async () => {
    await server.close();
    await start({ onMessage: ({ action, count }) => action === "fetch_raw_block" && count === 2 ? "close" : "pass" });
    const client = await connect();
    await client.request("query", { req_id: 2, sql: "select 10000 rows" });
    await client.send(fetchFrame(3n, 1n));
    await expect(client.send(fetchFrame(4n, 1n))).rejects.toThrow("closed");
  });

  it("a fault can answer an error, lose, delay or truncate a reply", async () => {
    await server.close();
    await start({
      onMessage: ({ reqId }) => {
        if (reqId === 10n) return { code: 0x0125, message: "Need retry" };
        if (reqId === 11n) return "drop";
        if (reqId === 12n) return { delayMs: 50 };
        if (reqId === 13n) return { truncateBytes: 7 };
      },
    });
    const client = await connect();
    expect(await client.request("query", { req_id: 10, sql: "select 1" })).toMatchObject({ code: 0x0125 });
    const lost = client.request("query", { req_id: 11, sql: "insert x" });
    const begin = performance.now();
    await client.request("query", { req_id: 12, sql: "select 10 rows" });
    expect(performance.now() - begin).toBeGreaterThan(45);
    expect(engine.executed).toContain("insert x");
    const whole = 55 + 28 + 18 + 2 + 2 + 120 + 1;
    expect((await client.send(fetchFrame(13n, 1n)) as Uint8Array).byteLength).toBe(whole - 7);
    client.close();
    await expect(lost).rejects.toThrow("closed");
  });

  it("a fault can refuse the handshake", async () => {
    await server.close();
    await start({ onConnect: () => 401 });
    await expect(openClient(server.url)).rejects.toThrow("401");
  });
});

describe("createServer()", () => {
  it("createServer() rejects when the port is taken", async () => {
    await expect(createServer({ port: server.port, engine: makeFakeEngine() })).rejects.toThrow("EADDRINUSE");
  });

  it("close() cuts connections and waits for running requests", async () => {
    const client = await connect();
    const pending = client.request("query", { req_id: 2, sql: "sleep 50" });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all([server.close(), expect(pending).rejects.toThrow("closed")]);
    expect(engine.openSessions).toBe(0);
  });

  it("restart() keeps the port", async () => {
    const url = server.url;
    await connect();
    await server.restart();
    expect(server.connections()).toBe(0);
    expect(server.url).toBe(url);
    await connect();
    expect(server.connections()).toBe(1);
  });

  it("other paths refuse the WebSocket handshake", async () => {
    await expect(openClient(server.url, { path: "/rest/none" })).rejects.toThrow("404");
  });
});

describe("conn", () => {
  it("conn takes the server's bearer token and no other", async () => {
    await server.close();
    engine = makeFakeEngine();
    server = await createServer({ port: 0, engine, token: "secret" });
    const client = await openClient(server.url);
    clients.push(client);
    expect(await client.request("conn", { req_id: 1, bearer_token: "wrong" })).toMatchObject({ code: 0x0357 });
    expect(await client.request("conn", { req_id: 2, bearer_token: "secret" })).toMatchObject({ code: 0 });
    expect(await client.request("get_connection_info", { req_id: 3, info: 0 })).toMatchObject({ info: "root" });
  });

  it("conn refuses a mode and sets the time zone, an unknown one as UTC", async () => {
    const client = await openClient(server.url);
    clients.push(client);
    const login = { user: "root", password: "taosdata" };
    expect(await client.request("conn", { req_id: 1, ...login, mode: 3 })).toMatchObject({
      message: "unexpected mode:3",
    });
    await client.request("conn", { req_id: 2, ...login, tz: "Asia/Tokyo" });
    await client.request("query", { req_id: 3, sql: "select 1" });
    await client.request("options_connection", { req_id: 4, options: [{ option: 1, value: "No/Where" }] });
    await client.request("query", { req_id: 5, sql: "select 1" });
    expect(engine.zones).toEqual(["Asia/Tokyo", "UTC"]);
  });
});

describe("REST", () => {
  const basic = { authorization: `Basic ${btoa("root:taosdata")}` };

  async function post(path: string, body: string, headers: Record<string, string> = basic) {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: "POST", body, headers });
    return { status: response.status, text: await response.text() };
  }

  it("/rest/sql answers rows, objects and updates", async () => {
    expect((await post("/rest/sql/db1", "select 2 rows")).text).toBe(
      '{"code":0,"column_meta":[["ts","TIMESTAMP",8],["v","INT",4]],' +
        '"data":[["1970-01-20T16:13:20.000000Z",0],["1970-01-20T16:13:20.000001Z",1]],"rows":2}',
    );
    expect((await post("/rest/sql?row_with_meta=true&conn_tz=Asia/Shanghai", "select 1 rows")).text).toContain(
      '"data":[{"ts":"1970-01-21T00:13:20.000000+08:00","v":0}],"rows":1}',
    );
    expect(engine.zones.at(-1)).toBe("Asia/Shanghai");
    expect((await post("/rest/sql?timing=true", "insert x")).text).toMatch(
      /^\{"code":0,"column_meta":\[\["affected_rows","INT",4\]\],"data":\[\[1\]\],"rows":1,"timing":\d+\}$/,
    );
  });

  it("/rest/sql streams a large result", async () => {
    const { text } = await post("/rest/sql", "select 100000 rows");
    expect(JSON.parse(text).data).toHaveLength(100_000);
    expect(engine.openSessions).toBe(0);
  });

  it("an unknown database in the path is ignored until a statement needs it", async () => {
    expect((await post("/rest/sql/nosuchdb", "select 1")).text).toContain('"rows":1');
  });

  it("formatToken() agrees with the recorded token", () => {
    const token = formatToken("root", "taosdata");
    expect(token).toBe("/KfeAzX/f9na8qdtNZmtONryp201ma04bEl8LcvLUd7a8qdtNZmtONryp201ma04");
    expect(parseToken(token)).toEqual({ user: "root", password: "taosdata" });
  });

  it("a fault can break a reply off, or answer an error", async () => {
    await server.close();
    await start({
      onMessage: ({ action, count }) => {
        if (action !== "rest/sql") return "pass";
        return count === 1 ? { truncateBytes: 5 } : { code: 0x0125, message: "Need retry" };
      },
    });
    await expect(post("/rest/sql", "select 2 rows")).rejects.toThrow();
    expect((await post("/rest/sql", "select 2 rows")).text).toContain('{"code":293,"desc":"Need retry"');
  });
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Client frames of one binary action in a recording. */
function recordedFrames(name: string, action: bigint): Uint8Array[] {
  const lines = readFileSync(new URL(`../golden/wire/${name}`, import.meta.url), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line)).filter((item) => item.dir === "client" && item.binary)
    .map((item) => new Uint8Array(Buffer.from(item.binary, "base64")))
    .filter((frame) => new DataView(frame.buffer).getBigUint64(16, true) === action);
}

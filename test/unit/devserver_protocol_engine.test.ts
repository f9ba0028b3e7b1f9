/** What of the protocol shows only with a database behind it. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../mod.ts";
import { createServer, type DevServer, type ReceivedStatement } from "../../src/devserver/mod.ts";
import {
  fetchFrame,
  openClient,
  queryFrame,
  readBlockReply,
  type TestClient,
} from "./devserver_client.ts";

let server: DevServer;
let client: TestClient;
let received: ReceivedStatement[];
let lastReqId = 100n;

const login = { user: "root", password: "taosdata" };

beforeEach(async () => {
  received = [];
  server = await createServer({ port: 0, onStatement: (statement) => received.push(statement) });
  client = await openClient(server.url);
  await client.request("conn", { req_id: 1, ...login });
  await run("create database p keep 36500");
  await run("use p");
  await run("create stable st (ts timestamp, v bigint, s varchar(10), n nchar(10)) tags (g int)");
});
afterEach(async () => {
  client.close();
  await server.close();
});

/** Executes SQL; a result stays open. */
async function run(sql: string): Promise<Record<string, unknown>> {
  const reply = await client.send(queryFrame(++lastReqId, sql)) as Record<string, unknown>;
  expect(reply, sql).toMatchObject({ code: 0 });
  return reply;
}

/** The raw block of a result of at most 4096 rows, which is then read to its end. */
async function blockOf(sql: string): Promise<Uint8Array> {
  const { id } = await run(sql);
  const reply = readBlockReply(await client.send(fetchFrame(++lastReqId, BigInt(id as number))));
  await client.send(fetchFrame(++lastReqId, BigInt(id as number)));
  return reply.block!;
}

async function restRows(sql: string): Promise<unknown[][]> {
  const response = await fetch(`${server.url.replace("ws:", "http:")}/rest/sql/p`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("root:taosdata")}` },
    body: sql,
  });
  return (await response.json() as { data: unknown[][] }).data;
}

/** `write_raw_block` (4), or with names of its columns (5). */
function rawBlockFrame(table: string, block: Uint8Array, names?: string[]): Uint8Array {
  const name = new TextEncoder().encode(table);
  const fields = new Uint8Array(72 * (names?.length ?? 0));
  names?.forEach((field, index) => fields.set(new TextEncoder().encode(field), 72 * index));
  const frame = new Uint8Array(30 + name.length + block.length + fields.length);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, ++lastReqId, true);
  view.setBigUint64(16, names === undefined ? 4n : 5n, true);
  view.setInt32(24, new DataView(block.buffer, block.byteOffset).getInt32(8, true), true);
  view.setUint16(28, name.length, true);
  frame.set(name, 30);
  frame.set(block, 30 + name.length);
  frame.set(fields, 30 + name.length + block.length);
  return frame;
}

const rows = "(1700000000000, 1, 'a', '北京') (1700000000001, null, null, null)";

describe("a query", () => {
  it("runs under its request id, and KILL QUERY stops it", async () => {
    const values = Array.from({ length: 9000 }, (_, row) => `(${1.7e12 + row}, ${row}, '', '')`);
    await run(`insert into t using st tags (1) values ${values.join("")}`);
    const reqId = 0x1234_5678_9abc_def0n;
    const open = await client.send(queryFrame(reqId, "select * from t")) as { id: number };
    const running = await restRows(
      "select kill_id, query_id, `sql` from performance_schema.perf_queries where `sql` = 'select * from t'",
    ) as unknown as [[string, unknown, string]];
    expect(running).toHaveLength(1);
    expect(String(running[0][1])).toBe(String(Number(reqId)));
    await restRows(`kill query '${running[0][0]}'`);
    const result = BigInt(open.id);
    for (;;) {
      const reply = readBlockReply(await client.send(fetchFrame(++lastReqId, result)));
      if (!reply.isFinished) continue;
      expect(reply.code).toBe(0x022d);
      break;
    }
  });

  it("that demands equality with NULL has no row at all", async () => {
    await run(`insert into a using st tags (1) values ${rows}`);
    expect(await restRows("select count(*) from a where v = null and n = 'x'")).toEqual([]);
    expect(await restRows("select count(*) from a where v = 7")).toEqual([[0]]);
    expect(await restRows("select count(*) from a where v is null")).toEqual([[1]]);
    await using db = await connect(`${server.url}/p`);
    await using select = await db.prepare("select count(*) from a where v = ?");
    expect((await select.query([null])).rows).toEqual([]);
    expect(await select.query([1]).value()).toBe(1n);
  });

  it("of more than 1 MiB is refused", async () => {
    const values = "x".repeat(1 << 20);
    const reply = await client.send(queryFrame(++lastReqId, `select '${values}'`));
    expect(reply).toMatchObject({ code: 0x0219 });
  });
});

describe("write_raw_block", () => {
  beforeEach(async () => {
    await run(`insert into a using st tags (1) values ${rows}`);
    await run("create table b using st tags (2)");
  });

  it("writes a block of the server's own into a table", async () => {
    const block = await blockOf("select ts, v, s, n from a");
    const reply = await client.send(rawBlockFrame("b", block));
    expect(reply).toMatchObject({ code: 0, action: "write_raw_block", req_id: Number(lastReqId) });
    expect(await restRows("select * from b")).toEqual([
      ["2023-11-14T22:13:20.000Z", 1, "a", "北京"],
      ["2023-11-14T22:13:20.001Z", null, null, null],
    ]);
  });

  it("with fields writes the columns they name", async () => {
    const block = await blockOf("select ts, n from a");
    const reply = await client.send(rawBlockFrame("b", block, ["ts", "n"]));
    expect(reply).toMatchObject({ code: 0, action: "write_raw_block_with_fields" });
    expect((await restRows("select v, s, n from b"))[0]).toEqual([null, null, "北京"]);
  });

  it("refuses every truncation, and a table that is not there", async () => {
    const block = await blockOf("select ts, v, s, n from a");
    const frame = rawBlockFrame("b", block);
    for (let length = 24; length < frame.length; length += 7) {
      const reply = await client.send(frame.slice(0, length)) as Record<string, unknown>;
      expect(reply, `${length} bytes`).toMatchObject({ code: 0xffff });
    }
    expect(await client.send(rawBlockFrame("nosuch", block))).toMatchObject({ code: 0x2603 });
    expect(await restRows("select count(*) from b")).toEqual([[0]]);
  });
});

describe("the legacy fetch", () => {
  it("gives the blocks that fetch_raw_block gives", async () => {
    await run(`insert into a using st tags (1) values ${rows}`);
    const modern = await blockOf("select ts, v, s, n from a");
    const { id } = await run("select ts, v, s, n from a");
    expect(await client.request("fetch_block", { req_id: 7, id })).toMatchObject({
      code: 0xffff,
      message: "block is nil",
    });
    expect(await client.request("fetch", { req_id: 8, id })).toMatchObject({
      completed: false,
      rows: 2,
      lengths: [8, 8, 12, 42],
    });
    // The only reply without a request id: it comes as the next one.
    const legacy = await client.send(`{"action":"fetch_block","args":{"req_id":9,"id":${id}}}`);
    expect((legacy as Uint8Array).subarray(16)).toEqual(modern);
    expect(await client.request("fetch", { req_id: 10, id })).toMatchObject({ completed: true });
    expect(server.openResults()).toBe(0);
  });
});

describe("a result of the first statement interface", () => {
  it("ends with its statement", async () => {
    await run(`insert into a using st tags (1) values ${rows}`);
    await client.request("init", { req_id: 11 });
    const statement = { req_id: 12, stmt_id: 1 };
    await client.request("prepare", { ...statement, sql: "select v from a where v >= ?" });
    await client.request("bind", { ...statement, columns: [[0]] });
    await client.request("add_batch", statement);
    await client.request("exec", statement);
    const reply = await client.request("use_result", statement);
    expect(reply).toMatchObject({ code: 0, result_id: 1, fields_names: ["v"] });
    expect(server.openResults()).toBe(1);
    // `close` has no reply to wait for.
    void client.request("close", statement).catch(() => undefined);
    await expect.poll(() => [server.openResults(), server.openStatements()]).toEqual([0, 0]);
  });
});

describe("the endpoints of old clients", () => {
  it("query, prepare and write as `/ws` does, and do not answer malformed JSON", async () => {
    const [socket, stmt, schemaless] = await Promise.all(
      ["/rest/ws", "/rest/stmt", "/rest/schemaless"].map(async (path) => {
        const old = await openClient(server.url, { path });
        expect(await old.request("conn", { req_id: 1, ...login, db: "p" })).toMatchObject({
          code: 0,
        });
        return old;
      }),
    ) as [TestClient, TestClient, TestClient];
    const line = { protocol: 1, precision: "ms", data: "weather,c=x t=1i 1700000000000" };
    expect(await schemaless.request("insert", { req_id: 2, ...line })).toMatchObject({ code: 0 });
    expect(await stmt.request("init", { req_id: 2 })).toMatchObject({ code: 0, stmt_id: 1 });
    const next = socket.send("{bad json");
    void socket.request("query", { req_id: 3, sql: "select t from weather" })
      .catch(() => undefined);
    expect(await next).toMatchObject({ action: "query", req_id: 3, fields_names: ["t"] });
    for (const old of [socket, stmt, schemaless]) old.close();
  });
});

describe("onStatement", () => {
  it("is told of every statement, whichever way it came", async () => {
    received.length = 0;
    await client.request("query", { req_id: 5, sql: "select 1" });
    await client.send(queryFrame(6n, "select 2"));
    await client.request("stmt2_init", { req_id: 7 });
    await client.request("stmt2_prepare", {
      req_id: 8,
      stmt_id: 1,
      sql: "selec",
      get_fields: true,
    });
    await restRows("select 3");
    expect(received).toEqual([
      { action: "query", sql: "select 1", reqId: 5n, connection: 1 },
      { action: "binary_query", sql: "select 2", reqId: 6n, connection: 1 },
      { action: "stmt2_prepare", sql: "selec", reqId: 8n, connection: 1 },
      { action: "rest/sql", sql: "select 3", reqId: 0n, connection: 0 },
    ]);
  });
});

describe("createServer()", () => {
  it("makes servers that know nothing of each other", async () => {
    await using other = await createServer({ port: 0 });
    expect(other.port).not.toBe(server.port);
    const second = await openClient(other.url);
    await second.request("conn", { req_id: 1, ...login });
    expect(await second.request("query", { req_id: 2, sql: "use p" })).toMatchObject({
      code: 0x0388,
    });
    await second.request("query", { req_id: 3, sql: "create database p" });
    await second.request("query", { req_id: 4, sql: "drop database p" });
    expect(await restRows("show stables")).toEqual([["st"]]);
    expect([server.connections(), other.connections()]).toEqual([1, 1]);
    second.close();
  });
});

it("createServer() refuses an option that it does not know", async () => {
  const options = { port: 0, fault: {} } as object;
  await expect(createServer(options)).rejects.toThrow('there is no option "fault"');
});

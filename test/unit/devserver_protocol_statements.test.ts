/** Statements of the embedded server, with an engine that answers a few fixed things. */

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { readBind } from "../../src/devserver/stmt2.ts";
import { wkbEnd } from "../../src/devserver/stmt2_checks.ts";
import { openClient, type TestClient } from "./devserver_client.ts";
import { makeFakeEngine } from "./devserver_fake_engine.ts";

let server: DevServer;
const clients: TestClient[] = [];

async function connect(): Promise<TestClient> {
  const client = await openClient(server.url);
  clients.push(client);
  await client.request("conn", { req_id: 1, user: "root", password: "taosdata" });
  return client;
}

beforeEach(async () => {
  server = await createServer({ port: 0, engine: makeFakeEngine() });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
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
    const prepared = await client.request("stmt2_prepare", {
      req_id: 3,
      stmt_id: 1,
      sql: using,
      get_fields: true,
    });
    expect(prepared.fields_count).toBe(5);
    const failure = { code: 0x0236, stmt_id: 1 };
    expect(await bindRecorded(client, 1n)).toMatchObject(failure);
    expect(await client.request("stmt2_exec", { req_id: 4, stmt_id: 1 })).toMatchObject(failure);
    expect(
      await client.request("stmt2_prepare", {
        req_id: 5,
        stmt_id: 1,
        sql: using,
        get_fields: true,
      }),
    )
      .toMatchObject(failure);
    expect(server.openStatements()).toBe(1);
    await client.request("stmt2_close", { req_id: 6, stmt_id: 1 });
    expect(server.openStatements()).toBe(0);
  });

  it("get_fields is refused for an INSERT whose table is unknown", async () => {
    const client = await connect();
    await client.request("stmt2_init", {
      req_id: 2,
      single_stb_insert: false,
      single_table_bind_once: false,
    });
    const sql = "insert into ? values(?,?,?)";
    expect(await client.request("stmt2_prepare", { req_id: 3, stmt_id: 1, sql, get_fields: true }))
      .toMatchObject({ code: 0x022b, stmt_id: 1 });
    await client.request("stmt2_init", {
      req_id: 4,
      single_stb_insert: false,
      single_table_bind_once: false,
    });
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

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Client frames of one binary action in a recording. */
function recordedFrames(name: string, action: bigint): Uint8Array[] {
  const lines = readFileSync(new URL(`../golden/wire/${name}`, import.meta.url), "utf8").trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line)).filter((item) =>
    item.dir === "client" && item.binary
  )
    .map((item) => new Uint8Array(Buffer.from(item.binary, "base64")))
    .filter((frame) => new DataView(frame.buffer).getBigUint64(16, true) === action);
}

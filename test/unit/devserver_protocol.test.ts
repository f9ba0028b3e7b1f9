/** The embedded server's protocol, with an engine that answers a few fixed things. */

import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createServer, type DevServer, type Faults } from "../../src/devserver/mod.ts";
import { formatJson, parseJson } from "../../src/devserver/replies.ts";
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
    const reply = await client.request("query", {
      req_id: 12849800652802490369n,
      sql: "select 10000 rows",
    });
    expect(reply).toMatchObject({
      code: 0,
      req_id: 12849800652802490369n,
      id: 1,
      fields_types: [9, 4],
      precision: 1,
    });
    const sizes = [];
    for (let i = 0; i < 3; i++) {
      const block = readBlockReply(
        await client.send(fetchFrame(0xffff_ffff_ffff_fff0n + BigInt(i), 1n)),
      );
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
    expect(readBlockReply(await client.send(fetchFrame(5n, 1n)))).toMatchObject({
      code: 0,
      isFinished: true,
    });
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
    await expect.poll(() => [server.connections(), engine.openCursors, engine.openSessions])
      .toEqual([0, 0, 0]);
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

describe("faults", () => {
  it("a fault can cut the connection in the middle of a result", async () => {
    await server.close();
    await start({
      onMessage: ({ action, count }) =>
        action === "fetch_raw_block" && count === 2 ? "close" : "pass",
    });
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
    expect(await client.request("query", { req_id: 10, sql: "select 1" })).toMatchObject({
      code: 0x0125,
    });
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

  it("a fault can cut the connection in the middle of a frame", async () => {
    await server.close();
    await start({
      onMessage: ({ action }) => action === "version" ? { closeAfterBytes: 20 } : "pass",
    });
    const socket = new WebSocket(`${server.url}/ws`, { perMessageDeflate: false });
    await once(socket, "open");
    const { _socket: stream } = socket as unknown as { _socket: Socket };
    const before = stream.bytesRead;
    const messages: unknown[] = [];
    socket.on("message", (message) => messages.push(message));
    socket.on("error", () => undefined);
    socket.send('{"action":"version"}');
    await once(socket, "close");
    const headerBytes = 2;
    expect([stream.bytesRead - before, messages]).toEqual([headerBytes + 20, []]);
  });

  it("a fault can answer an error to the n-th statement of all connections", async () => {
    await server.close();
    const asked: [string, string | null, number][] = [];
    await start({
      onMessage: ({ action, sql, statement }) => {
        asked.push([action, sql, statement]);
        return statement === 2 ? { code: 0x0125, message: "Need retry" } : "pass";
      },
    });
    const [first, second] = [await connect(), await connect()];
    const select = { req_id: 2, sql: "select 1" };
    expect(await first.request("query", select)).toMatchObject({ code: 0 });
    expect(await second.request("query", select)).toMatchObject({ code: 0x0125 });
    expect(await second.request("query", select)).toMatchObject({ code: 0 });
    expect(asked).toEqual([
      ["conn", null, 0],
      ["conn", null, 0],
      ["query", "select 1", 1],
      ["query", "select 1", 2],
      ["query", "select 1", 3],
    ]);
    expect(engine.executed).toEqual(["select 1", "select 1"]);
  });

  it("a fault can refuse the handshake", async () => {
    await server.close();
    await start({ onConnect: () => 401 });
    await expect(openClient(server.url)).rejects.toThrow("401");
  });
});

describe("createServer()", () => {
  it("createServer() rejects when the port is taken", async () => {
    await expect(createServer({ port: server.port, engine: makeFakeEngine() })).rejects.toThrow(
      "EADDRINUSE",
    );
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
    expect(await client.request("conn", { req_id: 1, bearer_token: "wrong" })).toMatchObject({
      code: 0x0357,
    });
    expect(await client.request("conn", { req_id: 2, bearer_token: "secret" })).toMatchObject({
      code: 0,
    });
    expect(await client.request("get_connection_info", { req_id: 3, info: 0 })).toMatchObject({
      info: "root",
    });
  });

  it("conn ignores a bearer token behind a gateway, whose token is in the URL", async () => {
    await server.close();
    engine = makeFakeEngine();
    server = await createServer({ port: 0, engine, token: "secret" });
    const client = await openClient(server.url, { path: "/ws?token=gateway" });
    clients.push(client);
    expect(await client.request("conn", { req_id: 1, bearer_token: "secret" })).toMatchObject({
      code: 0x0357,
    });
    expect(
      await client.request("conn", { req_id: 2, user: "root", password: "taosdata" }),
    ).toMatchObject({ code: 0 });
    const rest = await fetch(`${server.url.replace("ws:", "http:")}/rest/sql?token=gateway`, {
      method: "POST",
      headers: { authorization: "Bearer secret" },
      body: "select 1",
    });
    expect([rest.status, await rest.json()]).toMatchObject([401, { code: 0x1122 }]);
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
    await client.request("options_connection", {
      req_id: 4,
      options: [{ option: 1, value: "No/Where" }],
    });
    await client.request("query", { req_id: 5, sql: "select 1" });
    expect(engine.zones).toEqual(["Asia/Tokyo", "UTC"]);
  });
});

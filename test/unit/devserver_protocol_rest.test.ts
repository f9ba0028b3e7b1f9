/** The embedded server's REST interface, with an engine that answers a few fixed things. */

import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatToken, parseToken } from "../../src/devserver/http_token.ts";
import { createServer, type DevServer, type Faults } from "../../src/devserver/mod.ts";
import { type FakeEngine, makeFakeEngine } from "./devserver_fake_engine.ts";

let engine: FakeEngine;
let server: DevServer;

async function start(faults?: Faults): Promise<void> {
  engine = makeFakeEngine();
  server = await createServer({ port: 0, engine, ...(faults ? { faults } : {}) });
}

beforeEach(() => start());
afterEach(() => server.close());

describe("REST", () => {
  const basic = { authorization: `Basic ${btoa("root:taosdata")}` };

  async function post(path: string, body: string, headers: Record<string, string> = basic) {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method: "POST",
      body,
      headers,
    });
    return { status: response.status, text: await response.text() };
  }

  it("/rest/sql answers rows, objects and updates", async () => {
    expect((await post("/rest/sql/db1", "select 2 rows")).text).toBe(
      '{"code":0,"column_meta":[["ts","TIMESTAMP",8],["v","INT",4]],' +
        '"data":[["1970-01-20T16:13:20.000000Z",0],["1970-01-20T16:13:20.000001Z",1]],"rows":2}',
    );
    expect((await post("/rest/sql?row_with_meta=true&conn_tz=Asia/Shanghai", "select 1 rows")).text)
      .toContain(
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

  it("a fault can cut the connection after some bytes of the body", async () => {
    await server.close();
    await start({ onMessage: () => ({ closeAfterBytes: 30 }) });
    const reply = await fetch(`http://127.0.0.1:${server.port}/rest/sql`, {
      method: "POST",
      headers: { ...basic, "accept-encoding": "identity" },
      body: "select 2 rows",
    });
    const reader = reply.body!.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe('{"code":0,"column_meta":[["ts"');
    await expect(reader.read()).rejects.toThrow();
  });

  it("a body that is not the gzip it is said to be is refused", async () => {
    const headers = { ...basic, "content-encoding": "gzip" };
    const { status, text } = await post("/rest/sql", "select 2 rows", headers);
    expect([status, JSON.parse(text).code]).toEqual([400, 0xffff]);
    const body = gzipSync("select 2 rows") as unknown as string;
    expect((await post("/rest/sql", body, headers)).text).toContain('"rows":2');
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
    expect((await post("/rest/sql", "select 2 rows")).text).toContain(
      '{"code":293,"desc":"Need retry"',
    );
  });
});

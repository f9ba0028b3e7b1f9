import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ConnectOptions, LineOptions } from "../../mod.ts";
import { type FakeAnswer, open, type SeenRequest } from "./rest_fake.ts";

interface Exchange {
  request: { path: string; body: string };
  response: { status: number; body: string };
}

const exchanges = (JSON.parse(
  readFileSync(new URL("../golden/rest.json", import.meta.url), "utf8"),
) as Exchange[]).filter(({ request }) => /^\/(influxdb|opentsdb)/.test(request.path));

/** The recorded exchange with this text. */
function exchange(body: string): Exchange {
  return exchanges.find(({ request }) => request.body === body)!;
}

const line = (text: string, options: object = {}) =>
  [text, { protocol: "line", ...options }] as const;
const telnet = "put sys.cpu 1700000100 1.5 host=h9 dc=z";
const json =
  '[{"metric":"sys.mem","timestamp":1700000200,"value":1.5,"tags":{"host":"h9","id":9}}]';

/** Connects to a server that answers schemaless requests so; the last request is what it was sent. */
async function answering(answer: FakeAnswer | Error, options: ConnectOptions = {}) {
  const { connection, seen } = await open(
    (_, { url }) => url.pathname.startsWith("/rest/") ? undefined : answer,
    { database: "g_sml", ...options },
  );
  return { connection, last: (): SeenRequest => seen.at(-1)! };
}

const answerOf = ({ response }: Exchange): FakeAnswer => ({
  status: response.status,
  body: response.body,
});

describe("writeLines() over REST", () => {
  it.each([
    line("weather,city=R1 temp=1.5,hum=2i 1700000000000000100"),
    line("weather,city=R2 temp=1.5,hum=2i 1700000000000000200", {
      ttlDays: 3,
      tableNameKey: "city",
    }),
    [telnet, { protocol: "telnet" }] as const,
    [json, { protocol: "json" }] as const,
  ])(
    "writeLines() sends %s as it was recorded, and counts the rows that were taken",
    async (text, options) => {
      const recorded = exchange(text);
      const { connection, last } = await answering(answerOf(recorded));
      expect(await connection.writeLines(text, { ...options as LineOptions, reqId: 7 }))
        .toEqual({ affectedRows: 1, totalRows: 1, reqId: 7n });
      const { url, body } = last();
      const expected = new URL(recorded.request.path, "http://host:6041");
      expected.searchParams.append("req_id", "7");
      expect([url.pathname, Object.fromEntries(url.searchParams), body]).toEqual([
        expected.pathname,
        Object.fromEntries(expected.searchParams),
        text,
      ]);
    },
  );

  it.each([
    [line("bad line"), { code: 0x021f, line: "bad line" }],
    [["{bad", { protocol: "json" }] as const, { code: 0x0221 }],
    [line("w f=1 1"), { code: 0xffff, message: expect.stringContaining("db required") }],
  ])(
    "writeLines() gives the recorded refusal of %s its class and code",
    async ([text, options], expected) => {
      const { connection } = await answering(answerOf(exchange(text)));
      await expect(connection.writeLines(text, options as LineOptions)).rejects.toMatchObject({
        name: "SchemalessError",
        outcome: "rejected",
        affectedRows: 0,
        ...expected,
      });
    },
  );

  it("writeLines() sends unit, names and the highest request id as the server reads them", async () => {
    const { connection, last } = await answering({ status: 204 }, {
      database: "my db/1",
      applicationName: "app&1",
    });
    const options = { protocol: "line", precision: "us", reqId: 2n ** 64n - 1n } as const;
    await connection.writeLines("w v=1 1", options);
    expect(Object.fromEntries(last().url.searchParams)).toEqual({
      db: "my db/1",
      precision: "u",
      req_id: "18446744073709551615",
      app: "app&1",
    });
    await connection.writeLines("m 1700000000 1 h=a", { protocol: "telnet" });
    expect(last().url.pathname).toBe("/opentsdb/v1/put/telnet/my%20db%2F1");
  });

  it.each<[ConnectOptions, string, string | null]>([
    [{ user: "u", password: "p" }, `Basic ${btoa("u:p")}`, null],
    [{ bearerToken: "abc" }, "Bearer abc", null],
    [{ token: "t&1" }, `Basic ${btoa("root:taosdata")}`, "t&1"],
  ])("writeLines() logs in by %o", async (options, authorization, token) => {
    const { connection, last } = await answering({ status: 204 }, options);
    await connection.writeLines("w v=1 1", { protocol: "line" });
    expect(last().headers.get("authorization")).toBe(authorization);
    expect(last().url.searchParams.get("token")).toBe(token);
  });

  it("writeLines() keeps a metric whose name is the endpoint's command", async () => {
    const { connection, last } = await answering({ status: 204 });
    const lines = ["put 1700000000 1 h=a", "put cpu 1700000000 1 h=a", "output 1700000000 1 h=a"];
    await connection.writeLines(lines, { protocol: "telnet" });
    expect(last().body.split("\n")).toEqual([`put ${lines[0]}`, lines[1], lines[2]]);
  });

  it.each<[LineOptions["protocol"], string, number]>([
    ["line", "# none\nw v=1 1\n\nw v=2 2\n", 2],
    ["telnet", "m 1700000000 1 h=a\nm 1700000001 1 h=a", 2],
    ["json", ' [{"metric":"a{[\\"","tags":{"x":"]"}} , {"tags":{}}]', 2],
    ["json", '{"metric":"a","timestamp":{"value":1,"type":"s"},"tags":{}}', 1],
  ])("writeLines() counts the rows of %s text %s", async (protocol, text, count) => {
    const { connection } = await answering({ status: 204 });
    expect((await connection.writeLines(text, { protocol })).affectedRows).toBe(count);
  });

  it.each<[FakeAnswer | Error, object]>([
    [
      { status: 401, body: '{"code":"forbidden","message":"Authentication failure"}' },
      { name: "ConnectionError", kind: "authentication", outcome: "rejected" },
    ],
    [
      { status: 403, body: '{"code":403,"message":"whitelist prohibits current IP access"}' },
      { name: "SchemalessError", code: 0xffff, outcome: "rejected", retryable: false },
    ],
    [
      { status: 503, headers: { "retry-after": "120" }, body: '"memory exceeds threshold"' },
      { name: "SchemalessError", outcome: "rejected", retryable: true },
    ],
    [{ status: 502, body: "<html>bad gateway" }, { name: "SchemalessError", outcome: "unknown" }],
    // Endpoints that are switched off: without and with gzip (both recorded for unknown paths).
    [{ status: 404, body: "404 page not found" }, { name: "UnsupportedError" }],
    [{ status: 200, body: "" }, { name: "UnsupportedError" }],
    [new TypeError("terminated"), { name: "ConnectionError", outcome: "unknown" }],
  ])("writeLines() says what the answer %o means", async (answer, expected) => {
    const { connection } = await answering(answer);
    const options = { protocol: "line", reqId: 5 } as const;
    await expect(connection.writeLines("w v=1 1", options)).rejects
      .toMatchObject({ ...expected, reqId: 5n });
  });

  it("writeLines() refuses what the server would ignore, and a request id in flight", async () => {
    let [release, version] = [() => {}, "3.3.2.9"];
    const { connection } = await open((sql, { url }) => {
      if (sql === "select server_version()") {
        return {
          body: `{"code":0,"column_meta":[["v","VARCHAR",9]],"data":[["${version}"]],"rows":1}`,
        };
      }
      if (url.pathname.startsWith("/rest/")) return undefined;
      return new Promise((resolve) => release = () => resolve({ status: 204 }));
    }, { database: "d" });
    await expect(connection.writeLines("w,t=a v=1 1", { protocol: "line", tableNameKey: "t" }))
      .rejects.toMatchObject({ name: "UnsupportedError", outcome: "not-sent" });
    const first = connection.writeLines("w v=1 1", { protocol: "line", reqId: 9 });
    await expect(connection.exec("select 1", [], { reqId: 9 })).rejects.toThrow("reqId 9");
    release();
    expect((await first).affectedRows).toBe(1);
  });
});

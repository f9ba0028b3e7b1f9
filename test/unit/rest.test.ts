import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Codec, type ColumnBatch, initCodec } from "../../mod.ts";
import { goldenBytes, goldenCases } from "../support/golden.ts";
import { affected, failed, type FakeAnswer, open, rows } from "./rest_fake.ts";

interface Exchange {
  request: { path: string; body: string; headers: Record<string, string> };
  response: { status: number; headers: Record<string, string>; body: string };
}

const exchanges = JSON.parse(
  readFileSync(new URL("../golden/rest.json", import.meta.url), "utf8"),
) as Exchange[];
const sqlExchanges = exchanges.filter(({ request }) =>
  /^\/rest\/sql(\/\w+)?(\?|$)/.test(request.path)
);

const modes = { timestamp: "bigint", json: "text" } as const;

function parse(codec: Codec, body: Uint8Array, pieceBytes: number): ColumnBatch[] {
  const parser = codec.openRest();
  const batches: ColumnBatch[] = [];
  for (let at = 0; at < body.length; at += pieceBytes) {
    parser.feed(body.slice(at, at + pieceBytes));
    for (let batch = parser.next(); batch !== null; batch = parser.next()) batches.push(batch);
  }
  parser.free();
  expect(parser.reply?.code).toBe(0);
  return batches;
}

/** What REST can tell of a cell. */
function told(type: string, cell: unknown): unknown {
  if (typeof cell === "number" && !Number.isFinite(cell)) return null;
  return type === "JSON" && cell === "null" ? null : cell;
}

describe("codec.openRest()", () => {
  it("gives the cells of the recorded blocks, whatever pieces the body comes in", async () => {
    const codec = await initCodec();
    let cells = 0;
    for (const { name, blocks, reply, precision } of goldenCases()) {
      const names = reply.fields_names;
      const decoded = blocks.map((block) => codec.decodeBlock(block, { names, precision }));
      const types = decoded[0]!.fields.map(({ type }) => type);
      const expected = decoded.flatMap((batch) => batch.toArrays(modes))
        .map((row) => row.map((cell, i) => told(types[i]!, cell)));
      const body = goldenBytes(`${name}.rest.json`);
      for (
        const pieceBytes of [body.length, 65_536, 16_352, 997, ...(body.length < 50_000 ? [1] : [])]
      ) {
        const batches = parse(codec, body, pieceBytes);
        expect(batches.flatMap((batch) => batch.toArrays(modes)), name).toEqual(expected);
        for (const { fields } of batches) {
          expect(fields.map(({ name: field, type }) => [field, type])).toEqual(
            names.map((field, i) => [field, types[i]]),
          );
        }
        cells += expected.length * types.length;
      }
    }
    expect(cells).toBeGreaterThan(300_000);
  });

  it("tells the place of what is wrong, and stays unusable", async () => {
    const codec = await initCodec();
    const parser = codec.openRest();
    parser.feed(
      new TextEncoder().encode('{"code":0,"column_meta":[["v","INT",4]],"data":[[1],[x]]'),
    );
    expect(() => parser.next()).toThrow(
      expect.objectContaining({ name: "CodecError", offset: 53 }),
    );
    expect(() => parser.next()).toThrow(
      expect.objectContaining({ name: "CodecError", offset: 53 }),
    );
    parser.free();
    parser.free();
    expect(parser.next()).toBe(null);
  });

  it("keeps parsers apart, also when a large one has made the memory grow", async () => {
    const codec = await initCodec();
    const text = "x".repeat(30_000_000);
    const body = (value: string) =>
      new TextEncoder().encode(
        `{"code":0,"column_meta":[["v","VARCHAR",9]],"data":[["${value}"]],"rows":1}`,
      );
    const small = codec.openRest();
    small.feed(body("small").subarray(0, 60));
    expect(small.next()).toBe(null);
    const large = codec.openRest();
    large.feed(body(text));
    expect(large.next()?.column(0).get(0)).toBe(text);
    large.free();
    const other = codec.openRest();
    other.feed(body("other"));
    small.feed(body("small").subarray(60));
    expect([small.next()?.toArrays(), other.next()?.toArrays()]).toEqual([[["small"]], [[
      "other",
    ]]]);
  });
});

describe("recorded exchanges", () => {
  const answerOf = ({ response }: Exchange): FakeAnswer => ({
    status: response.status,
    body: response.body,
    pieceBytes: 7,
  });

  it("that succeed give their rows", async () => {
    const good = sqlExchanges.filter(({ request, response }) =>
      response.body.startsWith('{"code":0') && !request.path.includes("row_with_meta")
    );
    expect(good.length).toBeGreaterThan(5);
    for (const exchange of good) {
      const { connection } = await open((sql) =>
        sql === exchange.request.body ? answerOf(exchange) : undefined
      );
      const result = await connection.query(exchange.request.body, [], {
        values: { timestamp: "string" },
      });
      const plain = JSON.parse(exchange.response.body) as { data: unknown[][]; timing?: number };
      if (exchange.request.body.startsWith("insert")) {
        expect([result.affectedRows, result.rowCount, result.fields]).toEqual([
          plain.data[0]![0],
          0,
          [],
        ]);
      } else {
        expect([result.affectedRows, result.rowCount]).toEqual([0, plain.data.length]);
      }
      expect(result.durationNs).toBe(BigInt(plain.timing ?? 0));
    }
  });

  it("that fail give errors of the right class", async () => {
    const bad = sqlExchanges.filter(({ response }) => !response.body.startsWith('{"code":0'));
    const expected: Record<number, object> = {
      9728: { name: "ProgrammingError", kind: "server", outcome: "rejected" },
      9750: { name: "ProgrammingError", kind: "server" },
      4358: { name: "ProgrammingError", kind: "server" },
      4357: { name: "ConnectionError", kind: "authentication", outcome: "rejected" },
      855: { name: "ConnectionError", kind: "authentication", outcome: "rejected" },
      4388: { name: "ConnectionError", kind: "authentication", outcome: "rejected" },
      65535: { name: "DatabaseError", kind: "server" },
    };
    expect(bad.length).toBeGreaterThan(6);
    for (const exchange of bad) {
      const { connection } = await open((sql) =>
        sql === "select 5" ? answerOf(exchange) : undefined
      );
      const { code } = JSON.parse(exchange.response.body) as { code: number };
      await expect(connection.query("select 5").value()).rejects.toMatchObject({
        code,
        ...expected[code],
      });
    }
  });
});

describe("requests", () => {
  it("carry database, time zone, request id and login", async () => {
    const { connection, seen } = await open(() => undefined, {
      user: "zoé",
      password: "pä:ss",
      database: "my db/1",
      timeZone: "Europe/Berlin",
      applicationName: "app&1",
    });
    await connection.exec("select 'é'", [], { reqId: 2n ** 64n - 1n });
    const { url, headers, body } = seen.at(-1)!;
    expect(url.pathname).toBe("/rest/sql/my%20db%2F1");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      req_id: "-1",
      conn_tz: "Europe/Berlin",
      app: "app&1",
      timing: "true",
    });
    expect(body).toBe("select 'é'");
    expect(headers.get("authorization")).toBe(
      `Basic ${Buffer.from("zoé:pä:ss").toString("base64")}`,
    );
    expect(headers.get("accept-encoding")).toBe("identity");
    // The login is checked without the database, whose absence the server would hide.
    expect(seen.map(({ url }) => url.pathname)).toEqual([
      "/rest/sql",
      "/rest/sql",
      "/rest/sql",
      "/rest/sql/my%20db%2F1",
    ]);
  });

  it("carry tokens where the server wants them", async () => {
    const bearer = await open(() => undefined, { bearerToken: "abc" });
    expect(bearer.seen[0]!.headers.get("authorization")).toBe("Bearer abc");
    let asked = 0;
    const cloud = await open(() => undefined, { token: () => `t&${++asked}` });
    await cloud.connection.ping();
    expect(cloud.seen.map(({ url }) => url.searchParams.get("token"))).toEqual(["t&1", "t&1"]);
    expect(cloud.seen[0]!.headers.get("authorization")).toMatch(/^Basic /);
  });

  it("leave compression to the runtime when it is asked for", async () => {
    const plain = await open(() => undefined);
    expect(plain.connection.compression).toBe(false);
    const gzip = await open(() => undefined, { compression: true });
    expect(gzip.seen[0]!.headers.has("accept-encoding")).toBe(false);
    expect(gzip.connection.compression).toBe(true);
    const told = await open(() => ({
      ...rows([["v", "VARCHAR", 9]], '["3.3.7.5"]', 1),
      headers: { "content-encoding": "gzip" },
    }));
    expect(told.connection.compression).toBe(true);
  });

  it("refuse options that REST has no place for", async () => {
    const none = () => undefined;
    await expect(open(none, { user: "a:b" })).rejects.toMatchObject({ name: "InterfaceError" });
    await expect(open(none, { token: "a", bearerToken: "b" })).rejects.toMatchObject({
      name: "InterfaceError",
    });
    await expect(open(none, { totp: "1" })).rejects.toMatchObject({ name: "UnsupportedError" });
    const old = (sql: string) =>
      sql.includes("version") ? rows([["v", "VARCHAR", 9]], '["3.3.4.8"]', 1) : undefined;
    await expect(open(old, { timeZone: "UTC" })).rejects.toMatchObject({
      name: "UnsupportedError",
      message: /3\.3\.4\.8/,
    });
    const { connection } = await open(none);
    await expect(connection.prepare("select ?")).rejects.toMatchObject({
      name: "UnsupportedError",
    });
    expect(() => connection.writer({ table: "t" })).toThrow(
      expect.objectContaining({ name: "UnsupportedError" }),
    );
  });

  it("of one id may not be in flight together", async () => {
    const { connection } = await open(async (sql) => {
      if (sql === "select 1") await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    });
    const first = connection.exec("select 1", [], { reqId: 7 });
    await expect(connection.exec("select 2", [], { reqId: 7n })).rejects.toMatchObject({
      name: "InterfaceError",
    });
    expect((await first).reqId).toBe(7n);
    await connection.exec("select 2", [], { reqId: 7 });
  });
});

describe("use", () => {
  it("as a statement is remembered like use()", async () => {
    const { connection, seen } = await open(() => undefined);
    const given: [sql: string, path: string][] = [
      ["use Power", "/rest/sql/power"],
      [" /* ? */ USE `Odd name` ; -- x", "/rest/sql/Odd%20name"],
      ["use\npower;", "/rest/sql/power"],
    ];
    for (const [sql, path] of given) {
      await connection.exec(sql);
      await connection.exec("select 1");
      expect(seen.at(-1)!.url.pathname).toBe(path);
    }
    for (
      const sql of ["use a b", "user x", "select 'use b'", "use", "use 'b'", "-- use b\nselect 1"]
    ) {
      await connection.exec(sql);
      await connection.exec("select 1");
      expect(seen.at(-1)!.url.pathname, sql).toBe("/rest/sql/power");
    }
  });

  it("of a missing database fails and keeps the one before", async () => {
    const { connection, seen } = await open((sql) =>
      sql.includes("nosuch") ? failed(0x388, "Database not exist") : undefined
    );
    await connection.use("a");
    await expect(connection.use("nosuch")).rejects.toMatchObject({
      name: "ProgrammingError",
      code: 0x388,
    });
    await connection.exec("select 1");
    expect(seen.at(-1)!.url.pathname).toBe("/rest/sql/a");
    await expect(
      open((sql) => sql.includes("nosuch") ? failed(0x388, "") : undefined, { database: "nosuch" }),
    )
      .rejects.toMatchObject({ name: "ProgrammingError", code: 0x388 });
  });

  it("tells the precision of results that have no timestamp", async () => {
    const { connection } = await open((sql) => {
      if (sql === "select none") return rows([["ts", "TIMESTAMP", 8]], "[null]", 1);
      if (sql === "select ns") {
        return rows([["ts", "TIMESTAMP", 8]], '["1970-01-01T00:00:00.000000001Z"]', 1);
      }
      return undefined;
    });
    const precision = async (sql: string) => {
      const result = await connection.query(sql);
      return [result.precision, result.batch.precision];
    };
    expect(await precision("select none")).toEqual(["ms", "ms"]);
    await connection.use("a");
    expect(await precision("select none")).toEqual(["us", "us"]);
    expect(await precision("select ns")).toEqual(["ns", "ns"]);
  });

  it("does without the precision when the server does not tell it", async () => {
    for (
      const answer of [
        failed(0x2644, "Permission denied"),
        rows([["precision", "VARCHAR", 2]], "", 0),
      ]
    ) {
      const { connection } = await open(
        (sql) => sql.includes("ins_databases") ? answer : undefined,
        { database: "a" },
      );
      expect((await connection.query("select null")).precision).toBe("ms");
    }
  });
});

describe("replies", () => {
  it("of updates are told from a SELECT of the same column", async () => {
    const { connection } = await open((sql) =>
      sql.startsWith("use") ? undefined : sql.includes("version") ? undefined : affected(-3)
    );
    expect((await connection.exec("insert into t values (now, 1)")).affectedRows).toBe(2 ** 32 - 3);
    const selected = await connection.query("/* x */ select affected_rows from t");
    expect([selected.affectedRows, selected.rows]).toEqual([0, [{ affected_rows: -3 }]]);
  });

  it("that are not TDengine's are errors", async () => {
    const given: [FakeAnswer, object][] = [
      [{ status: 503, body: '"query memory exceeds threshold"' }, {
        name: "OperationalError",
        retryable: true,
        outcome: "rejected",
        message: /memory/,
      }],
      [{ status: 503, body: '{"code":65535,"desc":"get connection timeout"}' }, {
        name: "OperationalError",
        code: 65535,
        message: /timeout/,
      }],
      [{ status: 429, body: "slow down" }, { name: "OperationalError", retryable: true }],
      [{ status: 403, body: '{"code":65535,"desc":"sql rejected"}' }, {
        name: "DatabaseError",
        code: 65535,
        message: /sql rejected/,
      }],
      [{ status: 401, body: "" }, { name: "ConnectionError", kind: "authentication" }],
      [{ status: 404, body: "404 page not found" }, {
        name: "ConnectionError",
        kind: "connection",
        message: /404/,
        hint: /taosAdapter/,
      }],
      [{ status: 502, body: "<html>bad gateway</html>" }, {
        name: "ConnectionError",
        outcome: "unknown",
        message: /502/,
      }],
      [{ status: 502, body: '{"code":11,"desc":"Unable to establish connection"}' }, {
        name: "OperationalError",
        code: 11,
      }],
      [{ status: 204 }, { name: "ConnectionError" }],
      [{ body: "" }, { name: "ConnectionError", hint: /taosAdapter/ }],
      [{ body: "<html>welcome</html>", pieceBytes: 3 }, {
        name: "ConnectionError",
        message: /<html>welcome/,
      }],
      [{ body: '"text"' }, { name: "ConnectionError" }],
      [{ body: '{"code":0,"desc":"token"}' }, { name: "CodecError" }],
      [{ body: '{"code":0,"column_meta":[["v","INT",4]],"data":[[1]],"rows":2}' }, {
        name: "CodecError",
        message: /number of rows/,
      }],
      [{ body: '{"code":0,"column_meta":[["v","",4]],"data":[],"rows":0}' }, {
        name: "CodecError",
        message: /type is unknown/,
      }],
      [{ body: "{}x" }, { name: "CodecError", offset: 2 }],
    ];
    for (const [answer, expected] of given) {
      const { connection } = await open((sql) => sql === "select 5" ? answer : undefined);
      await expect(connection.query("select 5"), JSON.stringify(answer)).rejects.toMatchObject(
        expected,
      );
      expect(await connection.exec("select 6")).toMatchObject({ affectedRows: 0 });
    }
  });

  it("that break off are never a short result", async () => {
    const whole = rows([["v", "INT", 4]], "[1],[2]", 2).body as string;
    for (let length = 1; length < whole.length; length++) {
      for (const end of ["close", "error"] as const) {
        const answer = { body: whole.slice(0, length), end, pieceBytes: 20 };
        const { connection } = await open((sql) => sql === "select 5" ? answer : undefined);
        await expect(connection.query("select 5"), `${length} ${end}`).rejects.toMatchObject({
          name: "ConnectionError",
          codeName: "TDWIRE_CODE_CONNECTION_LOST",
          outcome: "unknown",
        });
      }
    }
  });
});

describe("results", () => {
  const count = 50_000;
  const large = rows(
    [["v", "INT", 4]],
    Array.from({ length: count }, (_, i) => `[${i}]`).join(","),
    count,
  );

  it("are pulled only as far as they are read, and let go when they are left", async () => {
    let pulled = 0;
    let cancelled = 0;
    const answer = {
      ...large,
      pieceBytes: 1000,
      onPull: () => pulled++,
      onCancel: () => cancelled++,
    };
    const { connection, seen } = await open((sql) => sql === "select 5" ? answer : undefined);
    let batches = 0;
    for await (const batch of connection.query("select 5").batches()) {
      expect(batch.rowCount).toBe(4096);
      if (++batches === 2) break;
    }
    const pieces = (large.body as string).length / 1000;
    expect(pulled).toBeLessThan(pieces / 4);
    expect(cancelled).toBe(1);
    expect(seen.at(-1)!.signal.aborted).toBe(true);
    // One that was read to its end is not aborted: its connection can be used again.
    expect((await connection.query("select 5")).rowCount).toBe(count);
    expect([seen.at(-1)!.signal.aborted, cancelled]).toEqual([false, 1]);
  });

  it("of small size leave nothing to let go, however little of them is read", async () => {
    const { connection, seen } = await open((sql) =>
      sql === "select 5" ? rows([["v", "INT", 4]], "[1],[2]", 2) : undefined
    );
    expect(await connection.query("select 5").value()).toBe(1);
    expect(seen.at(-1)!.signal.aborted).toBe(false);
    expect((await connection.query("select 5")).durationNs).toBe(42n);
  });

  it("end with the reason when they are aborted, timed out or closed", async () => {
    const stuck = {
      ...large,
      body: (large.body as string).slice(0, 100_000),
      pieceBytes: 5000,
      end: "never" as const,
    };
    const { connection } = await open((sql) => sql === "select 5" ? stuck : undefined);
    const read = async (options: object) => {
      for await (const _ of connection.query("select 5", [], options).batches());
    };
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("mine")), 20);
    await expect(read({ signal: controller.signal })).rejects.toThrow("mine");
    await expect(read({ timeoutMs: 20 })).rejects.toMatchObject({
      name: "TimeoutError",
      outcome: "unknown",
    });
    const reading = read({});
    setTimeout(() => connection.close(), 20);
    await expect(reading).rejects.toMatchObject({ name: "ConnectionError", message: /closed/ });
    await expect(connection.exec("select 1")).rejects.toMatchObject({
      name: "ConnectionError",
      outcome: "not-sent",
    });
  });
});

describe("connect()", () => {
  const secret = "t0ken/S3CRET";

  it("shows no secret, whatever the runtime puts into its errors", async () => {
    const given: [(url: URL) => FakeAnswer | Error, object][] = [
      [(url) => new TypeError(`error sending request for url (${url.href}): tcp connect error`), {
        outcome: "not-sent",
      }],
      [
        (url) =>
          new TypeError("fetch failed", {
            cause: Object.assign(new Error(`connect ECONNREFUSED ${url.href}`), {
              code: "ECONNREFUSED",
            }),
          }),
        { message: /ECONNREFUSED/ },
      ],
      [
        () =>
          new TypeError("fetch failed", {
            cause: { errors: [{ code: "ECONNREFUSED", message: "" }, { message: "no route" }] },
          }),
        { message: /ECONNREFUSED, no route/ },
      ],
      [(url) => ({ status: 403, body: `denied: ${url.href}` }), { kind: "authentication" }],
      [(url) => ({ body: `<html>${url.href}` }), {}],
    ];
    for (const [answer, expected] of given) {
      const failure = await open((_, { url }) => answer(url), { token: secret, password: secret })
        .catch((error) => error);
      expect(failure).toMatchObject({ name: "ConnectionError", ...expected });
      expect(`${failure.message}${failure.hint}${failure.stack}${failure.cause}`).not.toMatch(
        /S3CRET/,
      );
      expect(failure.message).not.toContain(Buffer.from(`root:${secret}`).toString("base64"));
    }
  });

  it("goes through the hosts in order, but not after a refused login", async () => {
    const url = "http://one:1,two:2,three:3/db";
    const { connection, seen } = await open(
      (_, { url }) => url.hostname === "one" ? new TypeError("refused") : undefined,
      {},
      url,
    );
    expect(connection.serverVersion).toBe("3.3.7.5");
    expect(seen.map(({ url }) => url.host)).toEqual(["one:1", "two:2", "two:2", "two:2"]);
    await expect(open((_, { url }) => new TypeError(`no ${url.hostname}`), {}, url)).rejects
      .toMatchObject({
        name: "ConnectionError",
        message: /http:\/\/one:1: no one; http:\/\/two:2: no two; http:\/\/three:3: no three/,
      });
    const asked: string[] = [];
    const refusal = open(
      (_, { url }) => (asked.push(url.hostname), failed(0x357, "Authentication failure")),
      {},
      url,
    );
    await expect(refusal).rejects.toMatchObject({
      name: "ConnectionError",
      kind: "authentication",
      code: 0x357,
    });
    expect(asked).toEqual(["one"]);
  });

  it("has a time limit and can be aborted", async () => {
    const never = () => new Promise<undefined>(() => {});
    await expect(open(never, { connectTimeoutMs: 20 })).rejects.toMatchObject({
      name: "TimeoutError",
      outcome: "not-sent",
    });
    const signal = AbortSignal.timeout(20);
    const failure = await open(never, { signal }).catch((error) => error);
    expect(failure).toBe(signal.reason);
  });
});

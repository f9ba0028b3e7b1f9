import { describe, expect, it } from "vitest";
import { failed, open, rows } from "./rest_fake.ts";

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

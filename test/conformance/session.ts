/**
 * Opening, using and closing a connection.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { fillReadings } from "./tables.ts";

/** Cases about connections themselves. */
export const sessionCases: readonly Case[] = [
  {
    name: "connect() tells transport and server version",
    async run({ url, connect, ok }) {
      await using connection = await connect(url);
      const [scheme = ""] = url.split(":");
      const expected = {
        http: /^fetch$/,
        https: /^fetch$/,
        ws: /^websocket$/,
        "taos+native": /^(deno|bun)-ffi$/,
      };
      ok(expected[scheme as keyof typeof expected].test(connection.transport));
      ok(/^\d+\.\d+\.\d+/.test(connection.serverVersion));
    },
  },
  {
    name: "connect() rejects a wrong password with a ConnectionError of kind authentication",
    async run({ url, connect, rejects }) {
      await rejects(connect(url, { user: "root", password: "wr0ng-S3NTINEL" }), (error: Error) => {
        const { name, kind, message } = error as Error & { kind: string };
        return name === "ConnectionError" && kind === "authentication" &&
          !message.includes("S3NTINEL");
      });
    },
  },
  {
    name: "connect() rejects a missing database with a ProgrammingError",
    async run({ url, connect, rejects }) {
      await rejects(connect(url, { database: "no_such_database" }), {
        name: "ProgrammingError",
        code: 0x0388,
      });
    },
  },
  {
    name: "use() changes the database that currentDatabase() tells",
    async run({ url, connect, database, equal }) {
      await using connection = await connect(url);
      equal(await connection.currentDatabase(), null);
      await connection.use(database);
      equal(await connection.currentDatabase(), database);
    },
  },
  {
    name: "use() takes a name as it is",
    async run({ open, database, equal, rejects }) {
      await using connection = await open();
      await rejects(connection.use(""), { name: "InterfaceError" });
      await rejects(connection.use("a`b"), { name: "InterfaceError" });
      await connection.use(database);
      equal(await connection.currentDatabase(), database);
    },
  },
  {
    name: "ping() gives the round trip in milliseconds",
    async run({ open, ok }) {
      await using connection = await open();
      const elapsed = await connection.ping();
      ok(elapsed >= 0 && elapsed < 60_000, `${elapsed} ms`);
    },
  },
  {
    name: "close() makes every later call reject with a ConnectionError",
    needs: ["statements"],
    async run({ open, rejects }) {
      const connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      const statement = await connection.prepare("insert into t values (?, ?)");
      statement.bindRow([new Date(), 1]);
      await connection.close();
      await connection.close();
      const closed = { name: "ConnectionError", kind: "connection", outcome: "not-sent" };
      await rejects(connection.exec("select 1"), closed);
      await rejects(async () => await connection.query("select 1"), closed);
      await rejects(connection.query("select v from t where v = ?", [1]).value(), closed);
      await rejects(connection.insert("t", [{ ts: new Date() }]), closed);
      await rejects(connection.prepare("insert into t values (?, ?)"), closed);
      await rejects(connection.use("information_schema"), closed);
      await rejects(connection.currentDatabase(), closed);
      await rejects(connection.ping(), closed);
      await rejects(statement.execute(), closed);
      await statement.close();
    },
  },
  {
    name: "close() rejects the requests in flight with a ConnectionError",
    async run({ open, rejects }) {
      const connection = await open();
      const queries = [1, 2, 3].map((i) => connection.query(`select ${i}`).value());
      const settled = queries.map((query) => rejects(query, { name: "ConnectionError" }));
      await connection.close();
      await Promise.all(settled);
    },
  },
  {
    name: "await using closes the connection",
    async run({ open, equal, rejects }) {
      let escaped;
      {
        await using connection = await open();
        equal(await connection.query("select 1").value(), 1n);
        escaped = connection;
      }
      await rejects(escaped.exec("select 1"), { name: "ConnectionError" });
    },
  },
  {
    name: "connect() that finds no server rejects with a ConnectionError",
    async run({ connect, rejects }) {
      await rejects(connect("ws://127.0.0.1:1"), { name: "ConnectionError", kind: "connection" });
    },
  },
  {
    name: "connect() goes on to the next host of the URL",
    needs: ["hosts"],
    async run({ connect, url, database, equal }) {
      const { protocol, username, password, host } = new URL(url);
      const login = username === "" ? "" : `${username}:${password}@`;
      await using connection = await connect(
        `${protocol}//${login}127.0.0.1:1,${host}/${database}`,
      );
      equal(await connection.currentDatabase(), database);
    },
  },
  {
    name: "compression changes no value",
    async run({ open, deepEqual, equal }) {
      await using connection = await open({ compression: true });
      equal(typeof connection.compression, "boolean");
      await fillReadings(connection, 10_000);
      const sum = "select count(*), sum(v), last(s) from readings";
      deepEqual((await connection.query(sum)).toArrays(), [[10_000n, 49_995_000n, "row 9999"]]);
      const { batch } = await connection.query("select s from readings order by ts");
      equal(batch.column("s").get(9_998), "row 9998");
    },
  },
  {
    name: "onEvent tells of connecting and of closing",
    async run({ open, deepEqual }) {
      const events: unknown[] = [];
      const connection = await open({ onEvent: ({ type }) => events.push(type) });
      deepEqual(events, ["connect"]);
      await connection.close();
      deepEqual(events, ["connect", "disconnect"]);
    },
  },
  {
    name: "timeZone is the zone of time literals without one, and changes no cell",
    async run({ open, deepEqual, equal }) {
      await using tokyo = await open({ timeZone: "Asia/Tokyo" });
      await tokyo.exec("create table t (ts timestamp, v int)");
      await tokyo.exec("insert into t values ('2024-01-01 00:00:00', 1)");
      const instant = new Date("2023-12-31T15:00:00Z");
      deepEqual((await tokyo.query("select ts from t")).rows, [{ ts: instant }]);
      await using newYork = await open({ timeZone: "America/New_York" });
      deepEqual((await newYork.query("select ts from t")).rows, [{ ts: instant }]);
      const found = (connection: typeof tokyo, text: string) =>
        connection.query(`select v from t where ts = '${text}'`).value();
      equal(await found(newYork, "2023-12-31 10:00:00"), 1);
      equal(await found(newYork, "2024-01-01 00:00:00"), undefined);
      equal(await found(tokyo, "2024-01-01 00:00:00"), 1);
      equal(await found(newYork, "2023-12-31T15:00:00Z"), 1);
    },
  },
  {
    name: "timeZone that does not exist is refused before connecting",
    async run({ connect, rejects }) {
      const refusal = { name: "InterfaceError", outcome: "not-sent" };
      await rejects(connect("ws://127.0.0.1:1", { timeZone: "Mars/Olympus" }), refusal);
    },
  },
];

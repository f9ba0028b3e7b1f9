/**
 * What is true of the native transport alone: finding and loading libtaos, and that nothing stays open in it, whatever
 * fails. The stand-in is told to be slow or to fail; the first cases run before it is loaded.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type ClientEvent, connect, type Connection } from "../../mod.ts";
import { type NativeTarget, nativeUrl, testUrl } from "./env.ts";

/** The stand-in's own functions (test/native/standin.h). */
export interface StandIn {
  live(kind: string): bigint;
  fail(functionName: string, nth: number, code: number): void;
  delay(functionName: string, milliseconds: number): void;
  calls(functionName: string): bigint;
}

/** What a case gets. */
export interface NativeTools {
  readonly target: NativeTarget;
  /** Opens the stand-in beside the client. */
  standIn(): StandIn;
}

/** One behaviour. */
export interface NativeCase {
  readonly name: string;
  run(tools: NativeTools): Promise<void>;
}

const code = -2147483624; // 0x80000018
const broken = { code: 0x18 };
const kinds = ["connection", "result", "statement", "fields"];

async function open({ target }: NativeTools): Promise<Connection> {
  const connection = await connect(nativeUrl(target, target.host));
  await connection.exec("create database if not exists native_cases");
  await connection.use("native_cases");
  await connection.exec("create table if not exists t (ts timestamp, v int, s varchar(20))");
  return connection;
}

/** Frees run behind the calls that wait for them. */
async function eventually(isSo: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 200 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  ok(isSo(), what);
}

async function nothingOpen(standIn: StandIn): Promise<void> {
  for (const kind of kinds) await eventually(() => standIn.live(kind) === 0n, `no ${kind} is open`);
}

const columns = { ts: [1_700_000_000_000n], v: [1], s: ["x"] };

/** Calls that fail in the library, and what the client is asked to do then. */
const failures: readonly [functionName: string, nth: number, work: (db: Connection) => unknown][] =
  [
    ["taos_query_with_reqid", 1, (db) => db.exec("select 1")],
    ["taos_fetch_raw_block", 1, (db) => db.query("golden meters_12000").value()],
    ["taos_fetch_raw_block", 4, async (db) => await db.query("golden meters_12000")],
    ["taos_stmt2_init", 1, (db) => db.prepare("insert into t values (?, ?, ?)")],
    ["taos_stmt2_prepare", 1, (db) => db.prepare("insert into t values (?, ?, ?)")],
    ["taos_stmt2_get_fields", 1, (db) => db.prepare("insert into t values (?, ?, ?)")],
    ["taos_stmt2_bind_param", 1, (db) => db.insert("t", columns)],
    ["taos_stmt2_exec", 1, (db) => db.insert("t", columns)],
    ["taos_stmt2_exec", 1, (db) => db.query("select * from t where v > ?", [0]).value()],
    [
      "taos_schemaless_insert_raw_ttl_with_reqid",
      1,
      (db) => db.writeLines("w v=1 1700000000000000000", { protocol: "line" }),
    ],
  ];

/** Cases in the order they run. */
export const nativeOnlyCases: readonly NativeCase[] = [
  {
    name: "taos: falls back to WebSocket where libtaos does not load, and says why",
    async run() {
      const events: ClientEvent[] = [];
      const onEvent = (event: ClientEvent) => void events.push(event);
      const { host } = new URL(testUrl);
      const hosts = [new URL(testUrl).hostname];
      const library = "/nowhere/libtaos.so";
      const socket = (url: string) => new WebSocket(url.replace(/\/\/.*\/ws/, `//${host}/ws`));
      await using connection = await connect(`taos://${hosts}`, {
        library,
        onEvent,
        WebSocket: function (url: string) {
          return socket(url);
        } as unknown as typeof WebSocket,
      });
      equal(connection.transport, "websocket");
      ok(/\/nowhere\/libtaos\.so.*WebSocket stands in/.test(connection.transportReason));
      deepEqual(events[0], { type: "warning", message: connection.transportReason });
    },
  },
  {
    name: "taos+native: does not fall back, and names every path with the loader's reason",
    async run() {
      await rejects(connect("taos+native:", { library: "/nowhere/libtaos.so" }), {
        name: "InterfaceError",
        message: /libtaos cannot be loaded: \/nowhere\/libtaos\.so: .*No such file/,
      });
      await rejects(connect("taos+native:"), {
        name: "InterfaceError",
        message:
          /libtaos\.so: .*; \/usr\/lib\/libtaos\.so: .*\/usr\/local\/taos\/driver\/libtaos\.so/,
      });
    },
  },
  {
    name: "taos+native: says which function a library lacks",
    async run() {
      await rejects(connect("taos+native:", { library: "libc.so.6" }), {
        name: "InterfaceError",
        message: /has no taos_get_client_info/,
      });
    },
  },
  {
    name: "taos+native: without a host goes where taos.cfg says, and options win over the URL",
    async run({ target }) {
      await using connection = await connect(nativeUrl(target));
      equal(await connection.query("select 1").value(), 1n);
      const wrong = nativeUrl(target).replace("//", "//nobody:wrong@");
      await using chosen = await connect(wrong, { user: "root", password: "taosdata" });
      equal(await chosen.query("select 1").value(), 1n);
      await rejects(connect(nativeUrl(target, "127.0.0.1:1")), { name: "ConnectionError" });
    },
  },
  {
    name: "configDir and library cannot be others than the first",
    async run({ target }) {
      const url = nativeUrl(target, target.host);
      await using _connection = await connect(url);
      await rejects(connect(url, { configDir: "/elsewhere" }), {
        name: "InterfaceError",
        message: /configDir/,
      });
      await rejects(connect(url, { library: "/elsewhere/libtaos.so" }), {
        name: "InterfaceError",
        message: /library/,
      });
      await using second = await connect(url, { configDir: `${target.configDir}/` });
      equal(second.transport, _connection.transport);
    },
  },
  {
    name: "connect() that is given up closes what comes late",
    async run({ target, standIn }) {
      const control = standIn();
      control.delay("taos_connect", 300);
      const limit = { connectTimeoutMs: 50 };
      await rejects(connect(nativeUrl(target, target.host), limit), { name: "TimeoutError" });
      const signal = AbortSignal.timeout(50);
      await rejects(connect(nativeUrl(target, target.host), { signal }), { name: "TimeoutError" });
      control.delay("taos_connect", 0);
      await nothingOpen(control);
    },
  },
  {
    name: "timers tick while a call blocks",
    async run(tools) {
      await using connection = await open(tools);
      tools.standIn().delay("taos_query_with_reqid", 1_000);
      let ticks = 0;
      const timer = setInterval(() => ticks++, 10);
      await connection.exec("select 1");
      clearInterval(timer);
      tools.standIn().delay("taos_query_with_reqid", 0);
      ok(ticks >= 10, `${ticks} ticks`);
    },
  },
  {
    name: "a failure of any call leaves nothing open, and the connection usable",
    async run(tools) {
      const control = tools.standIn();
      {
        await using connection = await open(tools);
        for (const [functionName, nth, work] of failures) {
          control.fail(functionName, nth, code);
          await rejects(async () => await work(connection), broken, functionName);
          control.fail(functionName, 0, 0);
          equal(await connection.query("select 1").value(), 1n);
          await eventually(
            () => control.live("result") === 0n,
            `${functionName}: no result is open`,
          );
        }
        equal(control.live("connection"), 1n);
      }
      await nothingOpen(control);
    },
  },
  {
    name: "signal aborted in a call that blocks rejects at once, and what comes late is freed",
    async run(tools) {
      const control = tools.standIn();
      {
        await using connection = await open(tools);
        for (const functionName of ["taos_query_with_reqid", "taos_fetch_raw_block"]) {
          control.delay(functionName, 60_000);
          const controller = new AbortController();
          const { signal } = controller;
          const reading = connection.query("golden meters_12000", [], { signal }).value();
          setTimeout(() => controller.abort(new Error("mine")), 50);
          await rejects(reading, { message: "mine" });
          // It is stopped in the library, too: nobody could wait for a minute here.
          await eventually(() => control.live("result") === 0n, `${functionName} is stopped`);
          control.delay(functionName, 0);
        }
        equal(await connection.query("select 1").value(), 1n);
      }
      await nothingOpen(control);
    },
  },
  {
    name: "query.cancel() stops a query that runs",
    async run(tools) {
      const control = tools.standIn();
      await using connection = await open(tools);
      control.delay("taos_query_with_reqid", 60_000);
      const running = connection.query("golden meters_12000");
      const reading = rejects(running.value(), { name: "AbortError" });
      await eventually(() => control.calls("taos_query_with_reqid") > 0n, "it runs");
      await new Promise((resolve) => setTimeout(resolve, 100));
      control.delay("taos_query_with_reqid", 0);
      equal(await running.cancel(), "stopped");
      await reading;
    },
  },
  {
    name: "close() under calls that block ends them, waits for them, and frees what is open",
    async run(tools) {
      const control = tools.standIn();
      const connection = await open(tools);
      const statement = await connection.prepare("insert into t values (?, ?, ?)");
      const early = connection.query("golden meters_12000").batches();
      await early.next();
      control.delay("taos_query_with_reqid", 1_000);
      control.delay("taos_fetch_raw_block", 1_000);
      const closed = { name: "ConnectionError", kind: "connection" };
      const waiting = [
        rejects(connection.exec("select 1"), closed),
        rejects(connection.query("select 1").value(), closed),
        rejects(async () => await connection.query("golden meters_12000"), closed),
      ];
      await new Promise((resolve) => setTimeout(resolve, 100));
      await connection.close();
      await Promise.all(waiting);
      control.delay("taos_query_with_reqid", 0);
      control.delay("taos_fetch_raw_block", 0);
      for (const kind of kinds) equal(control.live(kind), 0n, `no ${kind} is open`);
      await rejects(early.next(), closed);
      statement.bindRow([1n, 1, "x"]);
      await rejects(statement.execute(), closed);
      await statement.close();
      await connection.close();
    },
  },
  {
    name: "a text with a NUL is refused: C would cut it there in silence",
    async run(tools) {
      await using connection = await open(tools);
      await rejects(connection.exec("delete from t\0 where v = 1"), {
        name: "InterfaceError",
        message: /NUL/,
      });
    },
  },
];

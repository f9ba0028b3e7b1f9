/**
 * The native transport, in Deno and Bun: how late timers are while libtaos blocks in its threads, beside the same timer
 * in an idle process; how fast columns are pulled, beside a loop over the same library that decodes nothing; and inserts
 * (native_insert.ts).
 *
 * @module
 */
import { connect, type Connection } from "../../mod.ts";
import * as bunFfi from "../../src/transports/bun_ffi/library.ts";
import * as denoFfi from "../../src/transports/deno_ffi/library.ts";
import { close, connect as login } from "../../src/transports/native/connection_requests.ts";
import type { NativeLibrary } from "../../src/transports/native/library.ts";
import { fetch, free, query } from "../../src/transports/native/result_requests.ts";
import { type NativeTarget, nativeTarget, nativeUrl } from "../conformance/native_env.ts";
import { setDelay } from "../native/standin_switches.ts";
import type { Measurement } from "./decode.ts";
import { benchNativeInsert } from "./native_insert.ts";

const timerMs = 10;
const measuredMs = 5_000;
const callers = 4;
const rounds = 5;
/** Rows for a library that has none of its own. */
const insertedRows = 1_000_000;
const rowsPerInsert = 20_000;

/** What is pulled, and what keeps a thread of the library busy. */
interface Load {
  readonly pull: string;
  readonly block: string;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How late a timer of 10 ms is, in milliseconds: 99 % of its ticks are no later. */
async function lateness(forMs: number): Promise<number> {
  const late: number[] = [];
  const end = performance.now() + forMs;
  for (let now = performance.now(); now < end;) {
    const due = now + timerMs;
    await pause(timerMs);
    now = performance.now();
    late.push(now - due);
  }
  return late.sort((a, b) => a - b)[Math.floor(late.length * 0.99)]!;
}

async function underLoad(connection: Connection, { pull, block }: Load): Promise<number> {
  let isOver = false;
  const calls = Array.from({ length: callers }, async (_, i) => {
    while (!isOver) {
      if (i > 0) await connection.exec(block);
      else for await (const _batch of connection.query(pull).batches()) if (isOver) break;
    }
  });
  const late = await lateness(measuredMs);
  isOver = true;
  await Promise.all(calls);
  return late;
}

function openLibrary({ library }: NativeTarget): NativeLibrary {
  return "Deno" in globalThis ? denoFfi.openLibrary(library) : bunFfi.openLibrary(library);
}

/** Pulls a result in this thread and decodes nothing; the rows a second. */
function pullRaw(library: NativeLibrary, { host }: NativeTarget, sql: string): number {
  const [name, port] = host.split(":");
  const { taos } = login(library, {
    host: name,
    port: Number(port),
    user: "root",
    password: "taosdata",
    database: undefined,
    totp: undefined,
    bearerToken: undefined,
    timeZone: undefined,
    applicationName: undefined,
  });
  const start = performance.now();
  const { open } = query(library, { taos, sql, reqId: 1n });
  const { result } = open!;
  let rows = 0;
  let room: ArrayBuffer | undefined;
  for (;;) {
    const { block } = fetch(library, { result, room });
    if (block === undefined) break;
    rows += new DataView(block).getInt32(8, true);
    room = block;
  }
  const seconds = (performance.now() - start) / 1000;
  free(library, { result });
  close(library, { taos });
  return rows / seconds;
}

async function pullColumns(connection: Connection, sql: string): Promise<number> {
  const start = performance.now();
  let rows = 0;
  for await (const { rowCount } of connection.query(sql).batches()) rows += rowCount;
  return rows * 1000 / (performance.now() - start);
}

/** The stand-in has recordings and can be slowed down to what a server delivers; a library proper gets a table. */
async function prepare(
  connection: Connection,
  { library, isStandIn }: NativeTarget,
): Promise<Load> {
  if (isStandIn) {
    await setDelay(library, "taos_fetch_raw_block", 1);
    await setDelay(library, "taos_query_with_reqid", 20);
    return { pull: "golden meters_12000 80", block: "select 1" };
  }
  await connection.exec("create database if not exists tdwire_bench");
  await connection.use("tdwire_bench");
  await connection.exec("create table if not exists meters (ts timestamp, v int, d double)");
  const from = 1_700_000_000_000n;
  for (let at = 0; at < insertedRows; at += rowsPerInsert) {
    const rows = Array.from({ length: rowsPerInsert }, (_, i) => at + i);
    await connection.insert("meters", { ts: rows.map((i) => from + BigInt(i)), v: rows, d: rows });
  }
  const block = "select v, count(*), stddev(d) from tdwire_bench.meters partition by v limit 1000";
  return { pull: "select * from tdwire_bench.meters", block };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Measures; needs a library under test (test/conformance/env.ts). */
export async function benchNative(): Promise<Measurement[]> {
  const target = nativeTarget();
  if (target === undefined) throw new Error("there is no libtaos to measure");
  await using connection = await connect(nativeUrl(target));
  const load = await prepare(connection, target);
  const idle = await lateness(measuredMs);
  const busy = await underLoad(connection, load);
  const library = openLibrary(target);
  const [raw, columns]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    raw.push(pullRaw(library, target, load.pull));
    columns.push(await pullColumns(connection, load.pull));
  }
  library.close();
  const ratio = median(columns) / median(raw);
  return [
    { name: "native: timer of 10 ms, idle, 99 % late by", value: idle, unit: "ms" },
    { name: "native: timer of 10 ms, four calls block, 99 % late by", value: busy, unit: "ms" },
    { name: "native: pull undecoded", value: median(raw), unit: "rows/s" },
    { name: "native: pull columns", value: median(columns), unit: "rows/s" },
    { name: "native: columns : undecoded", value: ratio, unit: "times" },
    ...await benchNativeInsert(target, connection),
  ];
}

/**
 * How fast columns are written through libtaos, beside a C program that does the same through the same library in the
 * same run. The stand-in drops the rows, and takes as long for them as a real server did (0.7 M rows/s).
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connection } from "../../mod.ts";
import type { NativeTarget } from "../conformance/native_env.ts";
import { dropRows, setDelay } from "../native/standin_switches.ts";
import type { Measurement } from "./decode.ts";
import { undisturbed } from "./undisturbed.ts";

const rowCount = 10_000;
const executeMs = 14;
const executes = 20;
const rounds = 5;
const sql = "insert into tdwire_bench.written values (?, ?, ?, ?, ?, ?)";

const rows = Array.from({ length: rowCount }, (_, row) => row);
const texts = rows.map((row) => `site ${row % 10}`);
const columns = {
  ts: BigInt64Array.from(rows, (row) => 1_700_000_000_000n + BigInt(row)),
  i: Int32Array.from(rows),
  b: BigInt64Array.from(rows, BigInt),
  d: Float64Array.from(rows),
  s: texts,
  n: texts,
};

/** Path of the C program, made when it is wanted. */
function buildProgram(): string {
  const source = fileURLToPath(new URL("native_insert.c", import.meta.url));
  const headers = join(dirname(dirname(source)), "native");
  const program = join(headers, "../../.cache/native/native_insert");
  const args = ["-O2", `-I${headers}`, source, "-ldl", "-o", program];
  const { status, stderr } = spawnSync("cc", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return program;
}

/** Milliseconds of each execute of the C program. */
function runProgram(program: string, { library, configDir, host }: NativeTarget): number[] {
  const [name, port] = host.split(":") as [string, string];
  const numbers = [executes, rowCount, executeMs].map(String);
  const args = [library, configDir ?? "", name, port, sql, ...numbers];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`native_insert: ${stderr}`);
  return stdout.trim().split("\n").map(Number);
}

/** Milliseconds of each execute. */
async function timesOf(execute: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < executes; i++) {
    const start = performance.now();
    await execute();
    times.push(performance.now() - start);
  }
  return times;
}

/** Measures. */
export async function benchNativeInsert(
  target: NativeTarget,
  connection: Connection,
): Promise<Measurement[]> {
  const program = buildProgram();
  await connection.exec("create database if not exists tdwire_bench");
  await connection.use("tdwire_bench");
  await connection.exec("drop table if exists written");
  await connection.exec(
    "create table written (ts timestamp, i int, b bigint, d double, s varchar(16), n nchar(16))",
  );
  if (target.isStandIn) {
    await dropRows(target.library, true);
    await setDelay(target.library, "taos_stmt2_exec", executeMs);
  }
  await using statement = await connection.prepare(sql);
  const [byStatement, byInsert, byProgram]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const bind = () => statement.bind({ columns: Object.values(columns) }).execute();
    byStatement.push(...await timesOf(bind));
    byInsert.push(...await timesOf(() => connection.insert("written", columns)));
    byProgram.push(...runProgram(program, target));
  }
  if (target.isStandIn) {
    await dropRows(target.library, false);
    await setDelay(target.library, "taos_stmt2_exec", 0);
  }
  const speed = (times: readonly number[]) => rowCount * 1000 / undisturbed(times);
  const inC = speed(byProgram);
  return [
    { name: "native: C program inserts", value: inC, unit: "rows/s" },
    { name: "native: statement inserts columns", value: speed(byStatement), unit: "rows/s" },
    { name: "native: insert() of columns", value: speed(byInsert), unit: "rows/s" },
    { name: "native: statement : C program", value: speed(byStatement) / inC, unit: "times" },
    { name: "native: insert() : C program", value: speed(byInsert) / inC, unit: "times" },
  ];
}

/**
 * A program for a process of its own that exits while a call of libtaos is under way:
 * `bun exit_program.ts URL WORK`, `deno run -A exit_program.ts URL WORK`.
 *
 * @module
 */
import process from "node:process";
import { connect, subscribe } from "../../mod.ts";
import { setDelay } from "./standin_switches.ts";

const [url, work] = process.argv.slice(2) as [string, string];
const library = new URL(url.replace("taos+native:", "http:")).searchParams.get("library")!;
const db = await connect(url);
await db.exec("create database if not exists leaving");
await db.use("leaving");
await db.exec("create table if not exists t (ts timestamp, v int)");
await db.exec("create topic if not exists leaving as select * from t");

const works: Record<string, () => Promise<unknown>> = {
  async query() {
    await setDelay(library, "taos_query_with_reqid", 60_000);
    await db.exec("select 1");
  },
  async fetch() {
    await setDelay(library, "taos_fetch_raw_block", 60_000);
    for await (const _ of db.query("golden meters_12000"));
  },
  async statement() {
    await setDelay(library, "taos_stmt2_exec", 600);
    await db.insert("t", { ts: [new Date()], v: [1] });
  },
  async connect() {
    await setDelay(library, "taos_connect", 600);
    await connect(url);
  },
  async poll() {
    const consumer = await subscribe(url, { topics: ["leaving"], groupId: "leaving" });
    await consumer.poll(60_000);
  },
};
works[work]!().then(() => process.exit(1), () => process.exit(2));
setTimeout(() => process.exit(7), 300);

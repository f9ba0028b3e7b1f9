/**
 * A program for a process of its own with an older or a later libtaos: `bun libtaos_version.ts URL`. Prints what came of
 * its work, and what is left in the library.
 *
 * @module
 */
import { dlopen } from "bun:ffi";
import { connect, subscribe } from "../../mod.ts";

const url = Bun.argv[2]!;
const sql = "select name from information_schema.ins_databases where name <> ?";
const told: string[] = [];

/** Does something and notes its outcome. */
async function note(work: () => Promise<unknown>): Promise<void> {
  try {
    told.push(String(await work()));
  } catch (error) {
    told.push(String(error));
  }
}

const db = await connect(url);
await note(() => db.query("select 1 as one").value());
await note(async () => {
  await using statement = await db.prepare(sql);
  for (let i = 0; i < 3; i++) await statement.query(["x"]);
  for await (const _ of statement.query(["x"])) break;
  return "statement";
});
await note(async () => (await db.query(sql, ["x"])).rowCount > 0);
await note(async () => {
  await db.exec("create database if not exists versions");
  await db.exec("create table if not exists versions.t (ts timestamp, v int)");
  await db.exec("create topic if not exists versions as select * from versions.t");
  await db.exec("insert into versions.t values (1700000000000, 7)");
  const options = { topics: ["versions"], groupId: "versions", offsetReset: "earliest" } as const;
  await using consumer = await subscribe(url, options);
  const message = await consumer.poll(5_000);
  await message?.commit();
  return JSON.stringify(message?.rows().map(({ v }) => v));
});
await db.close();
await note(() => connect(url, { timeZone: "UTC" }).then((other) => other.close()));
await note(() => connect(url, { totp: "123456" }).then((other) => other.close()));

const library = new URL(url.replace("taos+native:", "http:")).searchParams.get("library")!;
const { symbols } = dlopen(library, { standin_live: { args: ["ptr"], returns: "i64" } });
console.log(JSON.stringify({ told, live: Number(symbols.standin_live(null)) }));

/**
 * A client for TDengine: exact values, columns in Arrow's layout, and the same API in Deno, Bun, Node and browsers.
 *
 * @example Write and read
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function main(url: string) {
 *   await using db = await connect(url);
 *   await db.exec("create database if not exists power");
 *   await db.use("power");
 *   await db.exec("create stable if not exists meters (ts timestamp, current float) tags (site nchar(16))");
 *   await db.insert("d1", { ts: [new Date()], current: [10.3] }, { using: "meters", tags: { site: "north" } });
 *   for await (const row of db.sql`select ts, current from meters where current > ${10}`) {
 *     console.log(row["ts"], row["current"]);
 *   }
 * }
 * ```
 *
 * @module
 */
export { connect } from "./src/connect.ts";
export { subscribe } from "./src/subscribe.ts";
export { initCodec } from "./src/codec/load.ts";
export * from "./src/api.ts";

/**
 * Schemaless writing: InfluxDB lines, OpenTSDB telnet lines and OpenTSDB JSON, as a list and as one text.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { equal, rejects } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_lines");
await db.exec("create database example_lines");
await db.use("example_lines");
const count = (table: string) => db.query(`select count(*) from ${table}`).value();

// Tables and columns are created as the lines need them.
const start = 1_700_000_000_000;
const lines = [
  `st,site=north voltage=220i32,current=10.3,note=L"你好" ${start}`,
  `st,site=south voltage=221i32,current=9.8 ${start + 1}`,
];
const inMs = { protocol: "line", precision: "ms" } as const;
equal((await db.writeLines(lines, { ...inMs, reqId: 901n, ttlDays: 1000 })).reqId, 901n);
const text = `st,site=north voltage=219i32 ${start + 2}\nst,site=east voltage=1i32 ${start + 3}`;
await db.writeLines(text, { ...inMs, reqId: 902n, ttlDays: 1000 });
equal(await count("st"), 4n);

// The times of these two formats tell their unit by their digits.
const telnet = [10.3, 12].map((value, i) => `current ${start + i} ${value} site=north id=${i}`);
await db.writeLines(telnet, { protocol: "telnet", reqId: 903n, ttlDays: 1000 });
await db.writeLines(`current ${start + 2} 9.5 site=north id=1`, { protocol: "telnet" });
equal(await count("current"), 3n);

const points = [1, 2].map((id) =>
  JSON.stringify({
    metric: "voltage",
    timestamp: start + id,
    value: 218 + id,
    tags: { site: "north", id },
  })
);
await db.writeLines(points, { protocol: "json", reqId: 904n, ttlDays: 1000 });
await db.writeLines(points[0]!.replace(/219/, "220"), { protocol: "json" });
equal(await count("voltage"), 2n);

console.log((await db.query("select site, voltage, note from st")).rows);
const refusal = { name: "SchemalessError" };
await rejects(db.writeLines("these are no lines", { protocol: "line" }), refusal);
await db.exec("drop database example_lines");

/**
 * JSON tags: written, searched and read as values.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_json_tag");
await db.exec("create database example_json_tag");
await db.use("example_json_tag");
await db.exec("create stable s1 (ts timestamp, v int) tags (info json)");

const tags = {
  s1_1: { name: "north", floors: 5, open: true, area: 12.5, owner: null },
  s1_2: { name: "south", floors: 2 },
};
let value = 0;
for (const [table, info] of Object.entries(tags)) {
  const text = JSON.stringify(info).replaceAll("'", "''");
  await db.exec(`insert into ${table} using s1 tags ('${text}') values (now, ${++value})`);
}
await db.exec("insert into s1_3 using s1 tags (null) values (now, 3)");

// JSON is parsed, unless asked otherwise.
const { rows } = await db.query("select tbname, info from s1 order by tbname");
console.log(rows);
deepEqual(rows[0]!["info"], tags.s1_1);
equal(rows[2]!["info"], null);
const values = { json: "text" } as const;
const text = await db.query("select info from s1_2", [], { values }).first();
deepEqual(JSON.parse(text!["info"] as string), tags.s1_2);

// Members are searched by ->.
const north = await db.query("select v from s1 where info->'name' = 'north'");
deepEqual(north.toArrays(), [[1]]);
const high = await db.query("select tbname from s1 where info->'floors' > 1 order by tbname");
deepEqual(high.rows.map((row) => row["tbname"]), ["s1_1", "s1_2"]);
await db.exec("drop database example_json_tag");

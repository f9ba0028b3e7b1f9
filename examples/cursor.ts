/**
 * Reading in the manner of a cursor: description, one row, some rows, the rest; with a request id.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect, type Row } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_cursor");
await db.exec("create database example_cursor");
await db.use("example_cursor");
await db.exec("create table t (ts timestamp, v int)");
const values = Array.from({ length: 10 }, (_, i) => `(${1_700_000_000_000 + i}, ${i})`).join(" ");
const { affectedRows } = await db.exec(`insert into t values ${values}`, [], { reqId: 601n });
equal(affectedRows, 10); // cursor.rowcount of a write

// execute() + description
const query = db.query("select * from t order by ts", [], { reqId: 602n });
const description = await query.fields();
deepEqual(description.map(({ name }) => name), ["ts", "v"]);

// fetchone()
const rows = query[Symbol.asyncIterator]();
const fetchOne = async () => (await rows.next()).value ?? null;
equal((await fetchOne())?.["v"], 0);

// fetchmany(size)
async function fetchMany(size: number): Promise<Row[]> {
  const many: Row[] = [];
  while (many.length < size) {
    const row = await fetchOne();
    if (row === null) break;
    many.push(row);
  }
  return many;
}
deepEqual((await fetchMany(3)).map((row) => row["v"]), [1, 2, 3]);

// fetchall()
const rest = await fetchMany(Infinity);
console.log(rest);
equal(rest.length, 6);
equal(await fetchOne(), null);
await db.exec("drop database example_cursor");

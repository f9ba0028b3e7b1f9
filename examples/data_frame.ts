/**
 * A result as a data frame: an Arrow table, by WebSocket and by REST.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { toArrow } from "tdwire/arrow";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
const address = (given ?? server!.url).replace(/^[a-z+]+:/, "");

for (const scheme of ["ws", "http"]) {
  await using db = await connect(`${scheme}:${address}`);
  const database = `example_frame_${scheme}`;
  await db.exec(`drop database if exists ${database}`);
  await db.exec(`create database ${database} precision 'us'`);
  await db.exec(
    `create stable ${database}.meters (ts timestamp, current float, voltage int) tags (site nchar(16))`,
  );
  const rows = (site: number) =>
    Array.from(
      { length: 100 },
      (_, i) => `(${1_700_000_000_000_000 + i}, ${i / 2}, ${200 + i + site})`,
    ).join(" ");
  for (const [i, site] of ["north", "south"].entries()) {
    await db.exec(
      `insert into ${database}.m${i} using ${database}.meters tags ('${site}') values ${rows(i)}`,
    );
  }

  // The frame's columns are the buffers that the server's blocks were decoded into.
  const frame = toArrow(await db.query(`select * from ${database}.meters`));
  console.log(`${db.transport}: ${frame.numRows} rows, ${frame.schema}`);
  equal(frame.numRows, 200);

  // Select, aggregate, slice: as with any frame.
  const voltage = frame.getChild("voltage")!.toArray() as Int32Array;
  equal(voltage.reduce((sum, value) => sum + value, 0) / voltage.length, 250);
  const highest = frame.toArray().filter((row) => row["voltage"] > 298);
  deepEqual(highest.map((row) => row["site"]).sort(), ["north", "south", "south"]);
  console.table(frame.select(["site", "voltage"]).slice(0, 3).toArray().map((row) => row.toJSON()));
  await db.exec(`drop database ${database}`);
}

import { deepEqual, equal, rejects } from "node:assert/strict";
import * as arrow from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { arrowBatches, arrowStream, fromArrow, toArrow } from "../../src/arrow/mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";

const rows = 10_000;

describe("against the embedded server", () => {
  let server: DevServer;
  let db: Connection;

  beforeAll(async () => {
    server = await createServer({ port: 0 });
    db = await connect(server.url);
    await db.exec("create database arrow_us precision 'us'");
    await db.use("arrow_us");
    await db.exec("create table numbers (ts timestamp, n int, name nchar(20))");
    await db.insert("numbers", {
      ts: BigInt64Array.from({ length: rows }, (_, i) => 1_700_000_000_000_000n + BigInt(i)),
      n: Array.from({ length: rows }, (_, i) => i % 10 === 0 ? null : i),
      name: Array.from({ length: rows }, (_, i) => `name ${i % 7} é`),
    });
  });
  afterAll(async () => {
    await db.close();
    await server.close();
  });

  const all = () => db.query("select * from numbers");

  async function chunksOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  test("arrowBatches() gives one record batch a block, all of one schema", async () => {
    const batches: arrow.RecordBatch[] = [];
    for await (const batch of arrowBatches(all())) batches.push(batch);
    equal(batches.length > 1, true);
    const table = new arrow.Table(batches);
    equal(table.numRows, rows);
    equal(String(table.schema), String(toArrow(await all()).schema));
    equal(String(table.schema.fields[0]!.type), "Timestamp<MICROSECOND, UTC>");
    equal(table.getChild("n")!.nullCount, rows / 10);
    equal(
      table.getChild("ts")!.data[1]!.values[0],
      1_700_000_000_000_000n + BigInt(batches[0]!.numRows),
    );
  });

  test("arrowBatches() left early frees the result", async () => {
    for await (const batch of arrowBatches(all())) {
      equal(batch.numRows > 0, true);
      break;
    }
    await expect.poll(() => server.openResults()).toBe(0);
  });

  test("arrowStream() is a valid IPC stream: schema, batches, end", async () => {
    const chunks = await chunksOf(arrowStream(all()));
    const reader = await arrow.RecordBatchReader.from(chunks);
    const read = [...reader];
    equal(read.length, chunks.length - 2);
    const table = new arrow.Table(read);
    const whole = toArrow(await all());
    deepEqual(
      [...table.getChild("name")!],
      [...whole.getChild("name")!],
    );
    deepEqual([...table.getChild("n")!], [...whole.getChild("n")!]);
    deepEqual(chunks.at(-1), Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0));
    equal(table.schema.dictionaries.size, 0);
    // The same bytes as if it had been written in one go.
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    equal(length, arrow.tableToIPC(whole, "stream").length);
  });

  test("arrowStream() of no rows has the schema, with the precision of the database", async () => {
    for (
      const sql of [
        "select * from numbers where n < 0",
        "create table if not exists t2 (ts timestamp, n int)",
      ]
    ) {
      const chunks = await chunksOf(arrowStream(db.query(sql)));
      equal(chunks.length, 1);
      const table = arrow.tableFromIPC(chunks);
      equal(table.numRows, 0);
      const expected = toArrow(await db.query(sql));
      equal(String(table.schema), String(expected.schema));
    }
  });

  test("arrowStream() fetches when it is read, and frees the result when it is cancelled", async () => {
    const stream = arrowStream(all());
    await db.ping();
    equal(server.openResults(), 0, "before the first read");
    const reader = stream.getReader();
    equal((await reader.read()).done, false);
    equal(server.openResults(), 1);
    await reader.cancel();
    await expect.poll(() => server.openResults()).toBe(0);
  });

  test("arrowStream() fails with the query's error", async () => {
    await rejects(chunksOf(arrowStream(db.query("select * from nowhere"))), {
      name: "ProgrammingError",
    });
    const used = all();
    await used;
    await rejects(chunksOf(arrowStream(used)), /used/);
    await rejects(chunksOf(arrowStream(all(), { text: "x" as "bytes" })), {
      name: "InterfaceError",
    });
  });

  test("fromArrow() gives what insert() takes: a table comes back the same", async () => {
    await db.exec("create table copies (ts timestamp, n int, name nchar(20))");
    await db.insert("copies", fromArrow(toArrow(await all())));
    const sum = (table: string) =>
      db.query(`select count(*), sum(n), first(ts), last(ts), count(n) from ${table}`);
    deepEqual((await sum("copies")).toArrays(), (await sum("numbers")).toArrays());
    await db.exec("create table fast (ts timestamp, n int, name nchar(20))");
    await db.insert("fast", fromArrow(toArrow(await all()), { precision: "us" }));
    deepEqual((await sum("fast")).toArrays(), (await sum("numbers")).toArrays());
  });
});

/** Copies of rows and of tables without a super table, and what is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyMessage, connect, type Connection } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { CopiedDatabase, run, start } from "./tmq_copied_database.ts";

let server: DevServer;
let both: CopiedDatabase;

beforeAll(async () => {
  server = await createServer({ port: 0 });
});
afterAll(async () => {
  await server.close();
});
beforeEach(async () => {
  both = await CopiedDatabase.make(server.url);
  return () => both[Symbol.asyncDispose]();
});

/** Types of the columns of table n, by name. */
async function digits(db: Connection): Promise<unknown> {
  const rows = (await db.query("describe n")).toArrays();
  return Object.fromEntries(rows.map(([name, type]) => [name, type]));
}

describe("applyMessage()", () => {
  it.each(["c1", "n"])(
    "says that the target's database is gone, writing rows of %s",
    async (name) => {
      await run(
        both.source,
        "create stable st (ts timestamp, v int) tags (t int)",
        "create table c1 using st tags (1)",
        "create table n (ts timestamp, v int)",
      );
      await both.apply(await both.poll());
      await run(both.source, `insert into ${name} values (${start}, 1)`);
      const messages = await both.poll();
      expect(messages).toHaveLength(1);
      await run(both.source, "drop database copy");
      await expect(both.apply(messages)).rejects.toMatchObject({ code: 0x0388 });
    },
  );

  it("refuses databases of different precision, naming both", async () => {
    await run(both.source, "create table n (ts timestamp, v int)");
    await run(both.target, "create database finer precision 'us'", "use finer");
    const messages = await both.poll();
    await expect(both.apply(messages)).rejects.toMatchObject({ name: "InterfaceError" });
    await expect(both.apply(messages)).rejects.toThrow(/"original" are in ms, .*"finer" in us/);
    expect((await both.target.query("show tables")).rows).toEqual([]);
    await run(both.target, "drop database finer");
  });

  it("refuses a target without a current database, and a source that lacks the messages'", async () => {
    await run(both.source, "create table n (ts timestamp, v int)");
    const [message] = await both.poll();
    await using nowhere = await connect(server.url);
    await expect(applyMessage(message!, { source: both.source, target: nowhere })).rejects.toThrow(
      /no current database/,
    );
    await using other = await createServer({ port: 0 });
    await using wrong = await connect(other.url);
    await expect(applyMessage(message!, { source: wrong, target: both.target })).rejects.toThrow(
      /no database "original"/,
    );
  });

  it("refuses NaN and the infinities where values cannot be bound, naming the place", async () => {
    await run(both.source, "create table n (ts timestamp, `a b` double)");
    const ts = [BigInt(start), BigInt(start + 1)];
    await both.source.insert("n", { ts, "a b": [1, Number.NaN] });
    const messages = await both.poll();
    const url = server.url.replace(/^ws/, "http");
    await using target = await connect(url, { database: "copy" });
    const applied = messages.map((message) => () => applyMessage(message, { ...both, target }));
    await applied[0]!();
    await expect(applied[1]!()).rejects.toThrow(
      'table "n", column "a b", row 1: SQL has no literal for NaN',
    );
    expect((await target.query("select * from n")).rows).toEqual([]);
  });

  it("copies rows whose SQL is longer than a statement in bytes, not in characters", async () => {
    // The source's statement just fits; with all digits of the DECIMAL, which cannot be bound, the copy's does not.
    await run(both.source, "create table n (ts timestamp, v decimal(38, 30), s nchar(1000))");
    const rows = Array.from({ length: 346 }, (_, i) => `(${start + i},1,'${"字".repeat(1000)}')`);
    await run(both.source, `insert into n values ${rows.join("")}`);
    const messages = await both.poll();
    expect(messages.flatMap(({ blocks }) => blocks.map(({ rowCount }) => rowCount))).toEqual([346]);
    await both.apply(messages);
    await both.same("select * from n order by ts");
  });

  it("gives a DECIMAL the digits of its first row when metadata leaves them open", async () => {
    await run(
      both.source,
      "create table n (ts timestamp, x decimal(10, 2), y decimal(20, 4))",
      `insert into n values (${start}, 12345678.12, ${"1".repeat(16)}.1234)`,
      "alter table n rename column x z",
      "alter table n rename column y x",
    );
    await both.apply(await both.poll());
    await both.same("select ts, x, z from n");
    expect(await digits(both.target)).toEqual(await digits(both.source));
  });

  it("drops columns in the order told, also behind DECIMALs that the source has dropped", async () => {
    await run(
      both.source,
      "create table n (ts timestamp, a decimal(38, 0), v int)",
      `insert into n values (${start}, ${"9".repeat(38)}, 1)`,
      "alter table n drop column v",
      "alter table n add column w int",
      "alter table n drop column a",
      `insert into n values (${start + 1}, 2)`,
    );
    const messages = await both.poll();
    await both.apply(messages);
    await both.same("describe n", "select * from n");
    for (const again of messages.keys()) await both.apply(messages.slice(again));
    await both.same("describe n", "select * from n");
  });

  it("drops the last column that is told again only when another one is there", async () => {
    await run(
      both.source,
      "create table n (ts timestamp, v int, w int)",
      `insert into n values (${start}, 1, 2)`,
      "alter table n drop column w",
      "alter table n add column w int",
      "alter table n drop column v",
      `insert into n values (${start + 1}, 3)`,
    );
    const messages = await both.poll();
    await both.applyAgain(messages);
    await both.same("describe n", "select * from n");
  });

  it("writes into a table that was created again with other types", async () => {
    await run(
      both.source,
      "create table n (ts timestamp, v int, w bool)",
      `insert into n values (${start}, 1, true)`,
      "drop table n",
      "create table n (ts timestamp, v double, w nchar(4))",
      `insert into n values (${start}, 0.5, 'x')`,
    );
    await both.apply(await both.poll());
    await both.same("describe n", "select * from n");
  });

  it("makes a table as the source has it when all columns of its beginning are gone", async () => {
    await run(
      both.source,
      "create table n (ts timestamp, a decimal(38, 0))",
      `insert into n values (${start}, ${"9".repeat(38)})`,
      "alter table n add column v int",
      "alter table n drop column a",
    );
    await both.apply(await both.poll());
    await both.same("describe n", "select * from n");
  });
});

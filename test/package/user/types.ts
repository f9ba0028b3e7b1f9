/**
 * The types as a user of the packed package meets them. Compiled, never run: an error that is expected but absent fails
 * as well as one that is not expected.
 *
 * @module
 */
import {
  type Cell,
  type ColumnBatch,
  connect,
  type Connection,
  fragment,
  id,
  InterfaceError,
  list,
  param,
  type Query,
  type QueryOptions,
  type Row,
  type Statement,
  subscribe,
  type ValueOptions,
} from "tdwire";
import { arrowBatches, arrowStream, fromArrow, toArrow } from "tdwire/arrow";
import { initCodec } from "tdwire/codec";
import type { DevServer } from "tdwire/devserver";
import type * as edge from "tdwire/edge";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true
  : false;
/** Compiles for equal types only. */
const same = <A, B>(_: Same<A, B>): void => {};

export async function rowTypes(): Promise<void> {
  await using plain = await connect("ws://localhost:6041");
  const exact = await plain.query("select 1");
  const cell = exact.rows[0]!["c"];
  // Large integers are bigint, instants a Date or ticks.
  same<Extract<typeof cell, bigint>, bigint>(true);
  same<Extract<typeof cell, Date>, Date>(true);
  same<Extract<typeof cell, null>, null>(true);

  await using chosen = await connect("ws://localhost:6041", {
    values: { bigint: "number", timestamp: "string", binary: "hex", json: "text" },
  });
  const { rows } = await chosen.sql`select ${1}`;
  const plainCell = rows[0]!["c"];
  same<Extract<typeof plainCell, bigint>, never>(true);
  same<Extract<typeof plainCell, Date>, never>(true);
  same<Extract<typeof plainCell, Uint8Array>, never>(true);
  const sameRows: Row<{ bigint: "number"; timestamp: "string"; binary: "hex"; json: "text" }>[] =
    rows;
  console.log(sameRows);
  for await (const { c } of chosen.query("select 1")) same<typeof c, typeof plainCell>(true);

  const named: Query<{ ts: Date; voltage: number }> = plain.query<{ ts: Date; voltage: number }>(
    "select 1",
  );
  for await (const { ts, voltage } of named) console.log(ts.getTime(), voltage.toFixed());
  const all: Cell = exact.rows[0]!["c"]!;
  console.log(all);
  // @ts-expect-error: there is no such mode
  await connect("ws://localhost:6041", { values: { bigint: "float" } });
  // @ts-expect-error: there is no such option
  await connect("ws://localhost:6041", { pasword: "x" });
}

export async function ownValueTypes(values: ValueOptions): Promise<void> {
  await using db = await connect("ws://localhost:6041", { values: { bigint: "number" } });
  const own = await db.query("select 1", [], { values: { timestamp: "string", binary: "hex" } });
  type Chosen = { bigint: "number"; timestamp: "string"; binary: "hex" };
  same<(typeof own.rows)[number][string], Cell<Chosen>>(true);
  const over = await db.query("select 1", [], { values: { bigint: "string" }, timeoutMs: 5 })
    .first();
  same<NonNullable<typeof over>[string], Cell<{ bigint: "string" }>>(true);
  await using statement = await db.prepare("select v from t where v > ?");
  for await (const { v } of statement.query([1], { values: { json: "text" } })) {
    same<typeof v, Cell<{ bigint: "number"; json: "text" }>>(true);
  }
  for await (const { v } of statement.query([1])) same<typeof v, Cell<{ bigint: "number" }>>(true);
  // Options that are not known in the source leave every form open.
  const open = await db.query("select 1", [], { values });
  same<(typeof open.rows)[number][string], Cell>(true);
  const limits: QueryOptions = { timeoutMs: 5 };
  const limited = await db.query("select 1", [], limits);
  same<(typeof limited.rows)[number][string], Cell>(true);
  // A type that the caller gives holds, whatever the options.
  const named = await db.query<{ n: bigint }>("select 1", [], { values: { bigint: "bigint" } });
  same<(typeof named.rows)[number], { n: bigint }>(true);
  const expected: Query<{ n: string }> = db.query("select 1");
  const typed = db.sql<{ n: string }>`select 1`;
  same<typeof expected, typeof typed>(true);
  // @ts-expect-error: there is no such mode
  db.query("select 1", [], { values: { json: "object" } });
}

interface Named {
  n: string;
}

/** What a program makes of it for its own rows: the type that it gives is that of the rows. */
export async function rowsOf<R>(db: Connection, sql: string, options?: QueryOptions): Promise<R[]> {
  const { rows } = await db.query<R>(sql, [], options);
  await using statement = await db.prepare(sql);
  const first: R | undefined = await statement.query<R>([], options).first();
  const none: Query<R> = db.query(sql);
  console.log(first, none);
  return rows;
}

export function namedTypes(db: Connection, statement: Statement): Query<Named>[] {
  const queryable: { query<R>(sql: string): Query<R> } = db;
  return [queryable.query("select 1"), db.query("select 1"), statement.query([1])];
}

export async function templateTypes(): Promise<void> {
  await using db = await connect();
  const where = fragment`where voltage > ${220} and ts > ${new Date()} and site in (${
    list(["a"])
  })`;
  await db.sql`select ${param.double(1)} from ${id("meters")} ${where} limit ${10n}`;
  // @ts-expect-error: a promise is no value
  db.sql`select ${Promise.resolve(1)}`;
  // @ts-expect-error: nor is a function
  db.query("select ?", [() => 1]);
}

export async function insertTypes(batch: ColumnBatch): Promise<void> {
  await using db = await connect();
  const columns = { ts: [new Date()], voltage: Int32Array.of(1) };
  const { affectedRows } = await db.insert("d1", columns, { using: "meters", tags: { site: "a" } });
  same<typeof affectedRows, number>(true);
  await db.insert("meters", [{ tbname: "d1", ts: new Date(), voltage: null }]);
  await db.insert("d1", batch);
  await using statement = await db.prepare("insert into d1 values (?, ?)");
  statement.bind({ columns });
  // @ts-expect-error: a column is a list of values
  statement.bind({ columns: { ts: new Date() } });
  await using writer = db.writer({ table: "meters" });
  await writer.write({ tbname: "d1", ts: 1n, voltage: 1 });
  await using consumer = await subscribe("ws://localhost:6041", { topics: ["t"], groupId: "g" });
  for await (const message of consumer) {
    for (const block of message.blocks) console.log(block.rows());
  }
  // @ts-expect-error: a subscription has a group
  await subscribe("ws://localhost:6041", { topics: ["t"] });
}

export async function arrowTypes(): Promise<void> {
  await using db = await connect();
  const table = toArrow(await db.query("select 1"));
  same<typeof table.numRows, number>(true);
  for await (const batch of arrowBatches(db.query("select 1"))) console.log(batch.numRows);
  const stream: ReadableStream<Uint8Array> = arrowStream(db.query("select 1"));
  await db.insert("d1", fromArrow(table));
  await stream.cancel();
}

/** The edge entry has the same types. */
same<typeof edge.connect, typeof connect>(true);
same<typeof edge.InterfaceError, typeof InterfaceError>(true);
export const codec: ReturnType<typeof edge.initCodec> = initCodec();
export const kind: string = new InterfaceError("x").kind;
// @ts-expect-error: the port is a number, so its type is known
export const wrong: (server: DevServer) => string = (server) => server.port;

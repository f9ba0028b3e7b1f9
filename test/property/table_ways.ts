/**
 * The ways to write rows of one table. They also write child tables, which they make first.
 *
 * @module
 */
import { id } from "../../mod.ts";
import {
  boundCells,
  columnsOfRows,
  execText,
  insertOfTable,
  type Job,
  marks,
  nameList,
  objectOfRow,
  paramCells,
  sqlCells,
  type TableRows,
} from "./job.ts";

/** A way to write. */
export interface Way {
  readonly name: string;
  /** Whether the values stand in the statement's text: such a write can name DECIMAL, and has no NaN and no NUL. */
  readonly isText: boolean;
  /** Whether `undefined` leaves a cell as it is; else it is written as NULL. */
  readonly keepsUnset: boolean;
  /** Writes, and gives the number of rows that the client says it wrote. */
  write(job: Job): Promise<number>;
}

/** Makes the child tables of a job that are not there. */
async function createChildren(job: Job): Promise<void> {
  for (const { name, tags, exists } of job.tables) {
    if (exists) continue;
    const sql = `create table ${id(name).text} using ${id(job.superTable!).text} (${
      nameList(job.tags)
    }) tags (${marks(tags.length)})`;
    await execText(job, sql, sqlCells(tags, job.tags));
  }
}

/** A way that writes table by table. */
function byTable(
  name: string,
  keepsUnset: boolean,
  write: (job: Job, table: TableRows) => Promise<number>,
): Way {
  return {
    name,
    isText: false,
    keepsUnset,
    async write(job) {
      await createChildren(job);
      let written = 0;
      for (const table of job.tables) written += await write(job, table);
      return written;
    },
  };
}

function insertInto(job: Job, table: string): string {
  return `insert into ${table} (${nameList([{ name: "ts" }, ...job.columns])}) values (${
    marks(1 + job.columns.length)
  })`;
}

const arrayTypes = {
  tinyint: Int8Array,
  smallint: Int16Array,
  int: Int32Array,
  "tinyint unsigned": Uint8Array,
  "smallint unsigned": Uint16Array,
  "int unsigned": Uint32Array,
  float: Float32Array,
  double: Float64Array,
  bigint: BigInt64Array,
  "bigint unsigned": BigUint64Array,
  timestamp: BigInt64Array,
} as const;

/** The columns as typed arrays where they have no NULL. */
function typedColumns(job: Job, { rows }: TableRows): Record<string, ArrayLike<unknown>> {
  const columns = columnsOfRows({ ...job, variant: 0 }, rows);
  const typed = Object.entries(columns).map(([name, cells]) => {
    const type = name === "ts"
      ? "timestamp"
      : job.columns.find((column) => column.name === name)!.type;
    const Values = arrayTypes[type as keyof typeof arrayTypes] as
      | { from(cells: unknown): ArrayLike<unknown> }
      | undefined;
    const isWhole = cells.every((cell) => cell !== null && cell !== undefined);
    return [name, isWhole && Values !== undefined ? Values.from(cells) : cells] as const;
  });
  return Object.fromEntries(typed);
}

function rowObjects(job: Job, { rows }: TableRows): Record<string, unknown>[] {
  return rows.map((row, i) => objectOfRow(job, row, i));
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

function* once<T>(items: Iterable<T>): Generator<T> {
  yield* items;
}

/** Writes rows to a table like the one meant, and inserts what is read from it. */
async function copy(job: Job, table: TableRows, asStream: boolean): Promise<number> {
  const twin = `${table.name} twin`;
  const declared = job.columns.map(({ name, sql }) => `, ${id(name).text} ${sql}`).join("");
  await job.socket.exec(`drop table if exists ${id(twin).text}`);
  await job.socket.exec(`create table ${id(twin).text} (ts timestamp, w int${declared})`);
  await job.socket.insert(twin, columnsOfRows(job, table.rows));
  const query = job.socket.query(
    `select ${nameList([{ name: "ts" }, ...job.columns])} from ${id(twin).text}`,
  );
  const data = asStream ? query.batches() : (await query).batch;
  const { affectedRows } = await job.socket.insert(table.name, data);
  await job.socket.exec(`drop table ${id(twin).text}`);
  return affectedRows;
}

/** Writes through a writer; one row at a time, all at once, or as columns. */
async function writeWith(job: Job, table: TableRows): Promise<number> {
  await using writer = job.socket.writer({ table: table.name, maxRows: 2 });
  if (job.variant === 0) await writer.write(columnsOfRows(job, table.rows));
  else if (job.variant === 1) await writer.write(rowObjects(job, table) as []);
  else for (const row of rowObjects(job, table)) await writer.write(row);
  return (await writer.flush()).written;
}

const textWays: readonly Way[] = [
  {
    name: "exec() of literals",
    isText: true,
    keepsUnset: false,
    async write(job) {
      const parts = job.tables.map((table) => insertOfTable(job, table));
      const sql = `insert into ${parts.map((part) => part.sql).join(" ")}`;
      return await execText(job, sql, parts.flatMap(({ params }) => params));
    },
  },
  {
    name: "exec() with parameters over REST",
    isText: true,
    keepsUnset: false,
    async write(job) {
      const parts = job.tables.map((table) => insertOfTable(job, table));
      const sql = `insert into ${parts.map((part) => part.sql).join(" ")}`;
      return (await job.rest.exec(sql, parts.flatMap(({ params }) => params))).affectedRows;
    },
  },
];

/** The ways for normal and child tables. */
export const tableWays: readonly Way[] = [
  ...textWays,
  byTable("exec() with parameters", false, async (job, { name, rows }) => {
    let written = 0;
    for (const { key, cells } of rows) {
      const params = [key, ...paramCells(job, cells)];
      written += (await job.socket.exec(insertInto(job, id(name).text), params)).affectedRows;
    }
    return written;
  }),
  byTable("bind() of columns", true, async (job, { name, rows }) => {
    await using statement = await job.socket.prepare(insertInto(job, id(name).text));
    const columns = columnsOfRows(job, rows);
    statement.bind({ columns: job.variant === 0 ? Object.values(columns) : columns });
    return (await statement.execute()).affectedRows;
  }),
  byTable("bind() of a table's name", true, async (job, { name, rows }) => {
    await using statement = await job.socket.prepare(insertInto(job, "?"));
    statement.bind({ name, columns: columnsOfRows(job, rows) });
    return (await statement.execute()).affectedRows;
  }),
  byTable("bindRow()", true, async (job, { name, rows }) => {
    await using statement = await job.socket.prepare(insertInto(job, id(name).text));
    // An object of a row has to name all columns.
    rows.forEach((row) => {
      const values = [row.key, ...boundCells(job, row.cells)];
      statement.bindRow(job.variant === 0 ? values : objectOfRow(job, row, 0));
    });
    return (await statement.execute()).affectedRows;
  }),
  byTable(
    "insert() of columns",
    true,
    async (job, { name, rows }) =>
      (await job.socket.insert(name, columnsOfRows(job, rows))).affectedRows,
  ),
  byTable(
    "insert() of typed arrays",
    true,
    async (job, table) =>
      (await job.socket.insert(table.name, typedColumns(job, table))).affectedRows,
  ),
  byTable(
    "insert() of rows",
    true,
    async (job, table) =>
      (await job.socket.insert(table.name, rowObjects(job, table))).affectedRows,
  ),
  byTable(
    "insert() of an iterable",
    true,
    async (job, table) =>
      (await job.socket.insert(table.name, once(rowObjects(job, table)))).affectedRows,
  ),
  byTable(
    "insert() of an async iterable",
    true,
    async (job, table) =>
      (await job.socket.insert(table.name, later(rowObjects(job, table)))).affectedRows,
  ),
  byTable("insert() of a batch", false, (job, table) => copy(job, table, false)),
  byTable("insert() of batches", false, (job, table) => copy(job, table, true)),
  byTable("writer()", true, writeWith),
];

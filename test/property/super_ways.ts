/**
 * The ways to write rows of a super table's children, which create them.
 *
 * @module
 */
import { id } from "../../mod.ts";
import type { Cell } from "./column_types.ts";
import {
  boundCells,
  columnsOfRows,
  type Job,
  marks,
  nameList,
  objectOfRow,
  paramCells,
  rowsOf,
  type TableRows,
  tagsByName,
} from "./job.ts";
import type { Way } from "./table_ways.ts";

function way(name: string, keepsUnset: boolean, write: Way["write"]): Way {
  return { name, isText: false, keepsUnset, write };
}

/** A way that writes child by child. */
function byChild(
  name: string,
  keepsUnset: boolean,
  write: (job: Job, table: TableRows) => Promise<number>,
): Way {
  return way(name, keepsUnset, async (job) => {
    let written = 0;
    for (const table of job.tables) written += await write(job, table);
    return written;
  });
}

/** Rows with their table and tags among the columns. */
function spreadRows(job: Job): Record<string, Cell>[] {
  return rowsOf(job).map(({ table, row }, i) => ({
    tbname: table.name,
    ...tagsByName(job, table),
    ...objectOfRow(job, row, i),
  }));
}

/** Columns with those of tables and tags. */
function spreadColumns(job: Job): Record<string, Cell[]> {
  const rows = rowsOf(job);
  const tags = job.tags.map(({ name }, i) =>
    [name, rows.map(({ table }) => boundCells(job, table.tags, job.tags)[i])] as const
  );
  return {
    tbname: rows.map(({ table }) => table.name),
    ...Object.fromEntries(tags),
    ...columnsOfRows(job, rows.map(({ row }) => row)),
  };
}

function usingSql({ superTable, tags, columns }: Job): string {
  return `insert into ? using ${id(superTable!).text} (${nameList(tags)}) tags (${
    marks(tags.length)
  }) (${nameList([{ name: "ts" }, ...columns])}) values (${marks(1 + columns.length)})`;
}

function spreadSql({ superTable, tags, columns }: Job): string {
  return `insert into ${id(superTable!).text} (tbname, ${
    nameList([...tags, { name: "ts" }, ...columns])
  }) values (${marks(2 + tags.length + columns.length)})`;
}

/** Runs an INSERT of one row for each row. */
async function execRows(job: Job, sql: string): Promise<number> {
  let written = 0;
  for (const { table, row } of rowsOf(job)) {
    const params = [
      table.name,
      ...paramCells(job, table.tags, job.tags),
      row.key,
      ...paramCells(job, row.cells),
    ];
    written += (await job.socket.exec(sql, params)).affectedRows;
  }
  return written;
}

async function bindRows(job: Job, sql: string): Promise<number> {
  await using statement = await job.socket.prepare(sql);
  for (const { table, row } of rowsOf(job)) {
    const tags = boundCells(job, table.tags, job.tags);
    statement.bindRow(
      job.variant === 0
        ? [table.name, ...tags, row.key, ...boundCells(job, row.cells)]
        : { tbname: table.name, ...tagsByName(job, table), ...objectOfRow(job, row, 0) },
    );
  }
  return (await statement.execute()).affectedRows;
}

async function bindTables(job: Job, sql: string): Promise<number> {
  await using statement = await job.socket.prepare(sql);
  for (const table of job.tables) {
    statement.bind({
      name: table.name,
      tags: job.variant === 0 ? boundCells(job, table.tags, job.tags) : tagsByName(job, table),
      columns: columnsOfRows(job, table.rows),
    });
  }
  return (await statement.execute()).affectedRows;
}

/** The ways for super tables. */
export const superWays: readonly Way[] = [
  way("exec() with parameters for table and tags", false, (job) => execRows(job, usingSql(job))),
  way("exec() with parameters for tbname and tags", false, (job) => execRows(job, spreadSql(job))),
  way("bindRow() with table and tags", true, (job) => bindRows(job, usingSql(job))),
  way("bindRow() with tbname and tags", true, (job) => bindRows(job, spreadSql(job))),
  way("bind() with table and tags", true, (job) => bindTables(job, usingSql(job))),
  way("bind() with tbname and tags", true, (job) => bindTables(job, spreadSql(job))),
  way(
    "insert() of columns with tbname",
    true,
    async (job) => (await job.socket.insert(job.superTable!, spreadColumns(job))).affectedRows,
  ),
  way(
    "insert() of rows with tbname",
    true,
    async (job) => (await job.socket.insert(job.superTable!, spreadRows(job))).affectedRows,
  ),
  byChild("insert() with using and tags", true, async (job, table) => {
    const tags = job.variant === 0 ? boundCells(job, table.tags, job.tags) : tagsByName(job, table);
    const options = { using: job.superTable!, tags };
    return (await job.socket.insert(table.name, columnsOfRows(job, table.rows), options))
      .affectedRows;
  }),
  byChild("insert() with using and tags among the columns", true, async (job, table) => {
    const { tbname: _, ...columns } = spreadColumns({ ...job, tables: [table] });
    return (await job.socket.insert(table.name, columns, { using: job.superTable! })).affectedRows;
  }),
  way("writer() of rows with tbname", true, async (job) => {
    await using writer = job.socket.writer({ table: job.superTable!, maxRows: 3 });
    if (job.variant === 0) await writer.write(spreadColumns(job));
    else for (const row of spreadRows(job)) await writer.write(row);
    return (await writer.flush()).written;
  }),
  byChild("writer() with using", true, async (job, table) => {
    await using writer = job.socket.writer({ table: table.name, using: job.superTable! });
    for (const { tbname: _, ...row } of spreadRows({ ...job, tables: [table] })) {
      await writer.write(row);
    }
    return (await writer.flush()).written;
  }),
];

/**
 * Inserts of columns, rows and batches: one prepared INSERT, and as few requests as the server's limits allow.
 *
 * @module
 */
import { InterfaceError, TaosError } from "../errors.ts";
import { withDeadline } from "../internal/abort.ts";
import type { Call, Placeholder, PreparedStatement } from "../transports/transport.ts";
import { Identifier } from "../sql/template.ts";
import {
  boundName,
  type Columns,
  type ColumnValues,
  convertRows,
  convertTags,
  nameSource,
  requireSameTags,
  rowCountOf,
} from "./bound_tables.ts";
import type { ExecuteOptions, InsertResult, StatementContext, WrittenParts } from "./context.ts";
import { encodeBindRequest } from "./encode.ts";
import { executeParts } from "./execute_parts.ts";
import { columnSets, type InsertData } from "./insert_data.ts";
import { insertSql, type TableName, tableNameColumn } from "./insert_sql.ts";
import { groupPlaceholders, type Placeholders } from "./placeholders.ts";
import { type RowRange, rowRanges } from "./row_ranges.ts";
import type { BindRequest } from "../codec/bind_request.ts";
import type { Lease, StatementCache } from "./statement_cache.ts";
import { groupByTable } from "./table_groups.ts";

/** Options of `insert`. */
export interface InsertOptions extends ExecuteOptions {
  /** Super table: `table` is created as its child if it does not exist. */
  using?: TableName;
  /**
   * Tags of the table that is created; an existing table keeps its own. Without them, and without tag columns in the
   * data, the tags are NULL.
   */
  tags?: Readonly<Record<string, unknown>> | readonly unknown[];
}

const tableNotExist = 0x2603;

interface Inserted extends InsertResult {
  readonly names: readonly string[];
}

/** One of the sets of columns that iterated data comes in. */
interface RowSet {
  readonly columns: Columns;
  /** Number of its first row, for messages. */
  readonly firstRow: number;
  /** Called after each request for it. */
  readonly onPart: (written: WrittenParts) => void;
}

/** Tables written to by one set of columns: frames, and the names for counting. */
interface Encoded {
  readonly frames: Uint8Array[];
  readonly names: ReadonlySet<string>;
}

/** Writes data into tables through one connection's statements. */
export class Inserter {
  readonly #context: StatementContext;
  readonly #cache: StatementCache;

  constructor(context: StatementContext, cache: StatementCache) {
    this.#context = context;
    this.#cache = cache;
  }

  /** Writes data; see `Connection.insert`. Messages count its rows from `firstRow`. */
  async insert(
    table: TableName,
    data: InsertData,
    options: InsertOptions,
    firstRow = 0,
  ): Promise<InsertResult> {
    const call = this.#context.call(options);
    const names = new Set<string>();
    let [affectedRows, durationNs, parts] = [0, 0n, 0];
    const onPart = (written: WrittenParts) =>
      options.onPart?.({
        affectedRows: affectedRows + written.affectedRows,
        parts: parts + written.parts,
      });
    try {
      for await (const columns of columnSets(data)) {
        const rows = rowCountOf(Object.values(columns), Object.keys(columns));
        if (rows === 0) continue;
        const set = { columns, firstRow, onPart };
        const inserted = await this.#insertSet(table, set, options, call);
        firstRow += rows;
        affectedRows += inserted.affectedRows;
        durationNs += inserted.durationNs;
        parts += inserted.parts;
        inserted.names.forEach((name) => names.add(name));
      }
    } catch (error) {
      throw tellEarlier(error, affectedRows);
    }
    return { affectedRows, durationNs, reqId: call.reqId, tables: names.size, parts };
  }

  /** Waits until an insert that has failed will not be carried out any more. */
  async ended(error: TaosError): Promise<void> {
    const { timeoutMs } = this.#context.call(undefined);
    const what = "the end of an insert whose answer did not come";
    await withDeadline({ timeoutMs, what }, () => this.#cache.ended(error));
  }

  async #insertSet(
    table: TableName,
    set: RowSet,
    options: InsertOptions,
    call: Call,
  ): Promise<Inserted> {
    const { columns } = set;
    const { using, tags } = checkOptions(columns, options);
    const shape = {
      table,
      using,
      tags: tags && (Array.isArray(tags) ? tags.length : Object.keys(tags)),
      columns: Object.keys(columns),
    };
    const work = async ({ statement, giveBack }: Lease) => {
      const result = await this.#run(statement, table, set, tags, call);
      giveBack();
      return result;
    };
    try {
      const sql = insertSql(shape);
      return await this.#context.shared(call, () => this.#cache.run(sql, call, work));
    } catch (error) {
      throw tellUsing(error, options);
    }
  }

  async #run(
    statement: PreparedStatement,
    table: TableName,
    set: RowSet,
    tags: InsertOptions["tags"],
    call: Call,
  ): Promise<Inserted> {
    if (statement.placeholders === null) {
      throw new InterfaceError("the server did not describe the table");
    }
    const placeholders = groupPlaceholders(statement.placeholders, this.#context.port);
    const { frames, names } = tableNameColumn in set.columns
      ? this.#encodeSpread(placeholders, set)
      : this.#encodeTable(
        placeholders,
        table,
        set,
        tags ? Object.values(tags) : commonTags(placeholders, set, table),
      );
    const result = await executeParts(statement, frames, call, set.onPart);
    return { ...result, tables: names.size, names: [...names] };
  }

  /** All rows of one table. */
  #encodeTable(
    placeholders: Placeholders,
    table: TableName,
    set: RowSet,
    tags: unknown[],
  ): Encoded {
    const { codec } = this.#context;
    const { columns, firstRow } = set;
    const values = columnsInOrder(placeholders.columns, columns);
    const name = table instanceof Identifier ? table.text : boundName(table);
    const head = {
      names: placeholders.hasName ? nameSource([name], codec) : null,
      order: null,
      tags: convertTags(placeholders.tags, [tags], codec),
    };
    const frames = rowRanges(values[0]!.length, values, undefined).map((range) =>
      this.#encode(placeholders, values, range, {
        ...head,
        counts: Uint32Array.of(range[1] - range[0]),
      }, firstRow)
    );
    return { frames, names: new Set([name]) };
  }

  /** Rows spread over the child tables of a super table by their `tbname`. */
  #encodeSpread(placeholders: Placeholders, { columns, firstRow }: RowSet): Encoded {
    const { codec } = this.#context;
    const values = columnsInOrder(placeholders.columns, columns);
    const tagColumns = columnsInOrder(placeholders.tags, columns);
    const tableNames = columns[tableNameColumn]!;
    const names = new Set<string>();
    const frames = rowRanges(tableNames.length, values, tableNames).map((range) => {
      const groups = groupByTable(tableNames, tagColumns, range, firstRow);
      groups.names.forEach((name) => names.add(name));
      const { counts, order } = groups;
      const head = {
        names: nameSource(groups.names.map(boundName), codec),
        counts,
        order,
        tags: convertTags(placeholders.tags, groups.tags, codec, groups.firstRows),
      };
      return this.#encode(placeholders, values, range, head, firstRow);
    });
    return { frames, names };
  }

  #encode(
    { tags, columns }: Placeholders,
    values: readonly ColumnValues[],
    range: RowRange,
    head: Omit<BindRequest, "columns">,
    firstRow: number,
  ): Uint8Array {
    const { codec } = this.#context;
    const sources = convertRows(columns, values, range, codec, { firstRow, isSentNow: true });
    const request = { ...head, columns: sources };
    return encodeBindRequest(request, [...tags, ...columns], codec, firstRow + range[0]);
  }
}

/** Tags of one table that stand among its columns; its rows must agree about them. */
function commonTags({ tags }: Placeholders, { columns }: RowSet, table: TableName): unknown[] {
  const values = columnsInOrder(tags, columns);
  const rowAt = (row: number) => values.map((column) => column[row]);
  const first = rowAt(0);
  const name = table instanceof Identifier ? table.text : table;
  for (let row = 1; row < (values[0]?.length ?? 0); row++) requireSameTags(name, first, rowAt(row));
  return first;
}

function columnsInOrder(placeholders: readonly Placeholder[], columns: Columns): ColumnValues[] {
  return placeholders.map(({ field }) => columns[field.name]!);
}

/** Options that contradict each other or the data are refused. */
function checkOptions(
  columns: Columns,
  { using, tags }: InsertOptions,
): Pick<InsertOptions, "using" | "tags"> {
  if (tableNameColumn in columns) {
    if (using === undefined && tags === undefined) return {};
    throw new InterfaceError(
      "rows with a tbname column name their tables and tags themselves: insert into the super table without using and tags",
    );
  }
  if (tags !== undefined && using === undefined) {
    throw new InterfaceError("tags need using: the super table");
  }
  return { ...(using !== undefined && { using }), ...(tags !== undefined && { tags }) };
}

/** A table that is missing may be one that is to be created. */
function tellUsing(error: unknown, { using }: InsertOptions): unknown {
  if (using === undefined && error instanceof TaosError && error.code === tableNotExist) {
    const hint =
      "insert() creates a child table with the option using, which names its super table; rows of a super table need a tbname column";
    Object.assign(error, { hint });
  }
  return error;
}

/** An error in the middle of iterated data tells that earlier rows were written. */
function tellEarlier(error: unknown, affectedRows: number): unknown {
  if (affectedRows > 0 && error instanceof TaosError) {
    const earlier = `${affectedRows} rows before these were written`;
    const hint = error.outcome === "partial" ? `${earlier}; ${error.hint}` : earlier;
    Object.assign(error, { outcome: "partial", hint });
  }
  return error;
}

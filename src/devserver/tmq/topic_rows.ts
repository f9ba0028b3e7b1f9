/**
 * Logged rows as the blocks of a topic.
 *
 * @module
 */
import { type Catalog, tableOf } from "../catalog.ts";
import type { Cell } from "../engine.ts";
import { readAll, toField } from "../results.ts";
import { toServerError } from "../sql/engine_errors.ts";
import type { Expr, Select } from "../sql/ast.ts";
import { loggedBlock, type Plan, type PlanContext } from "../sql/plan_from.ts";
import { planQuery } from "../sql/plan_select.ts";
import { physicalType, sizedType, type SqlType, Type } from "../sql/types.ts";
import type { Store } from "../store.ts";
import { append, duckType, toDuckDb } from "../write.ts";
import { columnId, type LoggedRows } from "./log_change.ts";
import type { Topic } from "./topic.ts";
import type { TopicBlock, TopicField } from "./topic_engine.ts";

const stagedTable = "tdwire_logged";
const tbnameType = sizedType(Type.varchar, 270);
const encoder = new TextEncoder();

/** Makes blocks of a topic from logged rows. */
export class TopicRows {
  readonly #topic: Topic;
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #version: string;

  constructor(topic: Topic, store: Store, catalog: Catalog, version: string) {
    this.#topic = topic;
    this.#store = store;
    this.#catalog = catalog;
    this.#version = version;
  }

  /** Tells whether the topic reads a table at all; `where` of a super table is looked at later. */
  reads(tableId: number, childId: number): boolean {
    const { table } = this.#topic;
    if (table === null) return true;
    return table.kind === "child"
      ? table.table.id === tableId && table.id === childId
      : table.id === tableId;
  }

  /** Names the child tables that the topic's `where` lets through; null lets all through. */
  async readNames(): Promise<Set<string> | null> {
    const { where, table } = this.#topic;
    if (where === null || table === null) return null;
    const select = childrenWhere(where, table.name);
    const cells = await this.#read(planQuery(select, this.#context(null)));
    return new Set(cells[0]!.map((name) => textOf(name)));
  }

  /** Makes the blocks; rows that a query's `where` refuses are not in them. */
  async blocks(rows: LoggedRows[]): Promise<TopicBlock[]> {
    const { select } = this.#topic;
    if (rows.length === 0) return [];
    if (select === null) return rows.map((item) => this.#plainBlock(item));
    const sources = directSources(select, this.#topic);
    return sources === null
      ? await this.#queried(select, rows)
      : rows.map((item) => this.#directBlock(item, select, sources));
  }

  /** Plans a query topic, so that a wrong query shows at once. */
  check(): void {
    const { select, where, table } = this.#topic;
    if (select !== null) planQuery(select, this.#context(stagedTable));
    if (where !== null) planQuery(childrenWhere(where, table!.name), this.#context(null));
  }

  /** Tells whether the query's table is still there. */
  #exists(): boolean {
    const { database, table } = this.#topic;
    return table !== null && database.tables.get(table.name) === table;
  }

  #plainBlock({ name, columns, flags, cells }: LoggedRows): TopicBlock {
    const fields = columns.map((column, index): TopicField => ({
      ...toField(column.name, column.type),
      columnId: columnId(column),
      flags: flags[index]!,
    }));
    return { table: name, fields, precision: this.#topic.database.precision, columns: cells };
  }

  #directBlock(rows: LoggedRows, select: Select, sources: Source[]): TopicBlock {
    const count = rows.cells[0]!.length;
    const columns = sources.map((source): Cell[] => {
      if (source === "tbname") return new Array<Cell>(count).fill(encoder.encode(rows.name));
      const index = rows.columns.findIndex(({ store }) => store === source.store);
      return index < 0 ? new Array<Cell>(count).fill(null) : rows.cells[index]!;
    });
    const fields = sources.map((source, index) => {
      const { expr, alias } = select.items[index]!;
      const name = alias ?? (expr.node === "column" ? expr.name : "");
      return numbered(name, source === "tbname" ? tbnameType : source.type, index);
    });
    return { table: rows.name, fields, precision: this.#topic.database.precision, columns };
  }

  #context(logged: string | null): PlanContext {
    let alias = 0;
    return {
      catalog: this.#catalog,
      database: this.#topic.select === null ? this.#topic.database.name : this.#topic.current,
      timeZone: "UTC",
      version: this.#version,
      sql: this.#topic.sql,
      parameters: null,
      logged,
      systemTable: () => null,
      alias: () => `r${++alias}x`,
    };
  }

  async #read(plan: Plan): Promise<Cell[][]> {
    const connection = await this.#store.acquire();
    try {
      return await readAll(connection, plan);
    } catch (error) {
      throw toServerError(error);
    } finally {
      this.#store.release(connection);
    }
  }

  /** Runs the query over the rows, put into a table that also has the number of each row's block. */
  async #queried(select: Select, rows: LoggedRows[]): Promise<TopicBlock[]> {
    if (!this.#exists()) return [];
    const block: Expr = {
      node: "column",
      table: null,
      name: loggedBlock,
      quoted: true,
      start: 0,
      end: 0,
    };
    const items = [...select.items, { alias: null, expr: block }];
    const plan = planQuery(
      { ...select, items },
      this.#context(`temp.${stagedTable}`),
      true,
    );
    const connection = await this.#store.acquire();
    let cells: Cell[][];
    try {
      await this.#stage(connection, rows);
      cells = await readAll(connection, plan);
      await connection.run(`DROP TABLE temp.${stagedTable}`);
    } catch (error) {
      throw toServerError(error);
    } finally {
      this.#store.release(connection);
    }
    const fields = plan.columns.slice(0, -1).map(({ name, type }, index) =>
      numbered(name, type, index)
    );
    const { precision } = plan;
    return split(cells).map(({ block, columns }) => ({
      table: rows[block]!.name,
      fields,
      precision,
      columns,
    }));
  }

  async #stage(
    connection: Awaited<ReturnType<Store["acquire"]>>,
    rows: LoggedRows[],
  ): Promise<void> {
    const { duckdb } = this.#store;
    const { columns } = tableOf(this.#topic.table!);
    const definitions = columns.map(({ store, type }) => `, ${store} ${physicalType(type)}`);
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE ${stagedTable} (_tid INTEGER, ${loggedBlock} INTEGER${
        definitions.join("")
      })`,
    );
    const count = rows.map(({ cells }) => cells[0]!.length);
    const total = count.reduce((sum, own) => sum + own, 0);
    const spread = (valueOf: (item: LoggedRows, index: number) => Cell[]): Cell[] =>
      rows.flatMap(valueOf);
    const repeat = (value: Cell, index: number): Cell[] =>
      new Array<Cell>(count[index]!).fill(value);
    const cells = columns.map((column) => {
      const values = spread((item, index) => {
        const at = item.columns.findIndex(({ store }) => store === column.store);
        return at < 0 ? repeat(null, index) : item.cells[at]!;
      });
      return toDuckDb(duckdb, column, values);
    });
    await append(
      duckdb,
      connection,
      stagedTable,
      [duckdb.INTEGER, duckdb.INTEGER, ...columns.map((column) => duckType(duckdb, column))],
      [
        spread(({ childId }, index) => repeat(childId, index)) as number[],
        spread((_, index) => repeat(index, index)) as number[],
        ...cells,
      ],
      total,
      true,
    );
  }
}

/** Where a column of a query topic comes from when nothing is computed. */
type Source = "tbname" | { store: string; type: SqlType };

/** Returns where each column comes from; null when DuckDB has to run the query. */
function directSources({ where, items }: Select, { table }: Topic): Source[] | null {
  if (where !== null || table === null) return null;
  const { columns } = tableOf(table);
  const sources = items.map(({ expr }): Source | null => {
    if (expr.node !== "column" || expr.table !== null) return null;
    const column = columns.find(({ name }) => name === expr.name);
    return column ?? (expr.name === "tbname" ? "tbname" : null);
  });
  return sources.includes(null) ? null : sources as Source[];
}

function numbered(name: string, type: SqlType, index: number): TopicField {
  return { ...toField(name, type), columnId: index + 1, flags: 0 };
}

/** Splits rows by their last column, the number of the block; the rows come in its order. */
function split(cells: Cell[][]): { block: number; columns: Cell[][] }[] {
  const numbers = cells.at(-1) as number[];
  const columns = cells.slice(0, -1);
  const parts: { block: number; columns: Cell[][] }[] = [];
  for (let from = 0; from < numbers.length;) {
    let to = from;
    while (to < numbers.length && numbers[to] === numbers[from]) to++;
    parts.push({
      block: numbers[from]!,
      columns: columns.map((column) => column.slice(from, to)),
    });
    from = to;
  }
  return parts;
}

function textOf(cell: Cell): string {
  return cell instanceof Uint8Array ? new TextDecoder().decode(cell) : String(cell);
}

/** The query for the names of the child tables with certain tags. */
function childrenWhere(where: Expr, stable: string): Select {
  const tbname: Expr = {
    node: "column",
    table: null,
    name: "tbname",
    quoted: false,
    start: 0,
    end: 0,
  };
  return {
    node: "select",
    distinct: true,
    items: [{ expr: tbname, alias: "tbname" }],
    from: { node: "table", name: { qualifier: null, name: stable }, alias: null },
    where,
    partitionBy: [],
    range: null,
    every: null,
    window: null,
    fill: null,
    groupBy: [],
    having: null,
    orderBy: [],
    slimit: null,
    limit: null,
  };
}

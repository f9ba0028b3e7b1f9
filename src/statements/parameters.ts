/**
 * Statements with parameters in `query`, `exec` and `sql`: prepared on the server, and kept for their next use.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { isInstant, Param, type SqlValue } from "../sql/param.ts";
import type { SqlShape } from "../sql/scan.ts";
import type { Call, Execution, Placeholder, PreparedStatement } from "../transports/transport.ts";
import { BoundTables } from "./bound_tables.ts";
import type { StatementContext } from "./context.ts";
import { encodeBindRequest } from "./encode.ts";
import { executeParts } from "./execute_parts.ts";
import { HeldRows } from "./held_rows.ts";
import { chooseColumns, groupPlaceholders, readUnknownInsert } from "./placeholders.ts";
import { selectRequest } from "./select_params.ts";
import type { StatementCache } from "./statement_cache.ts";

/** Runs statements that the server prepares. */
export class ParameterRunner {
  readonly #context: StatementContext;
  readonly #cache: StatementCache;

  constructor(context: StatementContext, cache: StatementCache) {
    this.#context = context;
    this.#cache = cache;
  }

  /** Runs an INSERT or SELECT; a SELECT's statement stays on loan until the server has done with its rows. */
  async run(
    sql: string,
    shape: SqlShape,
    params: readonly SqlValue[],
    call: Call,
  ): Promise<Execution> {
    params.forEach(requireSqlValue);
    // A SELECT's values are checked before anything is sent.
    const selectFrame = shape.command === "select" ? this.#selectFrame(params) : undefined;
    return await this.#cache.run(sql, call, async (lease) => {
      if (selectFrame === undefined) {
        const execution = await this.#insert(lease.statement, sql, shape, params, call);
        lease.giveBack();
        return execution;
      }
      const execution = await lease.statement.execute(selectFrame, call);
      const release = (isWell: boolean) => isWell ? lease.giveBack() : lease.discard();
      return { ...execution, rows: execution.rows && new HeldRows(execution.rows, release) };
    });
  }

  #selectFrame(params: readonly SqlValue[]): Uint8Array {
    const { codec } = this.#context;
    return encodeBindRequest(selectRequest(params, codec), [], codec);
  }

  async #insert(
    statement: PreparedStatement,
    sql: string,
    shape: SqlShape,
    params: readonly SqlValue[],
    call: Call,
  ): Promise<Execution> {
    const { codec, port } = this.#context;
    const all = statement.placeholders ?? await this.#unknown(sql, shape, params, call);
    if (all.length !== params.length) {
      throw new InterfaceError(
        `${params.length} parameters were given, but the server binds ${all.length}: one row of values at a time, see insert()`,
      );
    }
    const placeholders = groupPlaceholders(all, port);
    const ofRole = (role: Placeholder["role"]) => params.filter((_, i) => all[i]?.role === role);
    const [name] = ofRole("table");
    const bound = new BoundTables(placeholders, codec);
    bound.add({
      ...(placeholders.hasName && { name: tableName(name) }),
      tags: ofRole("tag"),
      columns: ofRole("column").map((value) => [value]),
    });
    const encoded = [...placeholders.tags, ...placeholders.columns];
    const frames = bound.take().map((request) => encodeBindRequest(request, encoded, codec));
    return { ...await executeParts(statement, frames, call), rows: null };
  }

  /** Placeholders of `insert into ? values (…)`, whose table is the first parameter. */
  async #unknown(
    sql: string,
    shape: SqlShape,
    params: readonly SqlValue[],
    call: Call,
  ): Promise<Placeholder[]> {
    if (!shape.tableIsUnknown) throw new InterfaceError("the server did not describe the INSERT");
    const columns = await this.#context.describe(tableName(params[0]), call);
    const field = { name: "tbname", type: "VARCHAR" as const, typeCode: 8, length: 0 };
    const table: Placeholder = { field, role: "table", precision: null };
    return [table, ...chooseColumns(readUnknownInsert(sql), columns)];
  }
}

function tableName(value: SqlValue | undefined): string {
  if (typeof value === "string") return value;
  throw new InterfaceError("the parameter for the table is no string");
}

function requireSqlValue(value: unknown, position: number): void {
  const isValue = value === null ||
    ["boolean", "number", "bigint", "string"].includes(typeof value) ||
    value instanceof Date || value instanceof Uint8Array || value instanceof Param ||
    isInstant(value);
  if (isValue) return;
  const kind = value === undefined
    ? "undefined (use null for NULL)"
    : Array.isArray(value)
    ? "an array (use list() in a template)"
    : `of type ${typeof value}`;
  throw new InterfaceError(`parameter ${position + 1} is ${kind}`);
}

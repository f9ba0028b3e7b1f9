/**
 * A statement of the first interface: table name, tags and columns are set one after another, batches are added, then
 * all of them are executed.
 *
 * @module
 */

import { TypeCode } from "./blocks.ts";
import {
  type BoundTable,
  type Cell,
  type Placeholder,
  type Prepared,
  type RowSet,
  ServerError,
  type Session,
} from "./engine.ts";
import type { Json } from "./replies.ts";
import { adapterError } from "./session.ts";
import { Serial } from "./session_results.ts";
import { checkBound } from "./stmt2_checks.ts";

/** One statement. */
export class Statement1 {
  /** Results handed over by `use_result`: they end with the statement. */
  readonly resultIds: bigint[] = [];
  readonly serial: Serial = new Serial();
  private sql = "";
  private session: Session | null = null;
  private prepared: Prepared | null = null;
  private table: BoundTable = emptyTable();
  private batches: BoundTable[] = [];
  private pending: RowSet | null = null;

  /** Prepares a statement; an INSERT whose table is a `?` learns its fields with the table's name. */
  async prepare(session: Session, sql: string): Promise<Prepared> {
    this.session = session;
    this.sql = sql;
    this.batches = [];
    this.table = emptyTable();
    try {
      this.prepared = await session.prepare(sql, true);
    } catch (error) {
      if (!(error instanceof ServerError && error.code === 0x022b)) throw error;
      this.prepared = await session.prepare(sql, false);
    }
    return this.prepared;
  }

  /** Sets the table of the batches that follow. */
  async setTableName(name: string): Promise<void> {
    const prepared = this.requirePrepared();
    this.table = { ...emptyTable(), name };
    if (prepared.fields !== null || this.session === null) return;
    const quoted = name.includes("`") || name.includes(".") ? name : `\`${name}\``;
    const named = await this.session.prepare(this.sql.replace("?", () => quoted), true);
    this.prepared = {
      ...prepared,
      fields: named.fields,
      execute: (tables) => prepared.execute(tables),
    };
  }

  /** Placeholders of tags (2) or columns (1). */
  fields(bindType: 1 | 2): Placeholder[] {
    return (this.requirePrepared().fields ?? []).filter((field) => field.bindType === bindType);
  }

  /** Sets the tags of the current table. */
  setTags(values: Json[]): void {
    const fields = this.fields(2);
    if (values.length !== fields.length) throw usageError();
    this.table.tags = values.map((value, i) => this.toCell(fields[i]!, value));
    this.table.tagTypes = fields.map((field) => field.typeCode);
  }

  /** Sets the columns of the current batch: one array a placeholder. */
  bind(columns: Json[][]): void {
    const prepared = this.requirePrepared();
    if (!prepared.isInsert) return this.bindParameters(columns);
    const fields = this.fields(1);
    if (columns.length !== fields.length) throw usageError();
    this.table.columns = columns.map((values, i) =>
      values.map((value) => this.toCell(fields[i]!, value))
    );
    this.table.columnTypes = fields.map((field) => field.typeCode);
    checkBound(prepared, [this.table]);
  }

  /** Takes cells that are already typed, from a binary frame. */
  bindCells(columns: (Cell | undefined)[][], typeCodes: number[], isTags: boolean): void {
    if (isTags) {
      this.table.tags = columns.map((cells) => cells[0]);
      this.table.tagTypes = typeCodes;
      return;
    }
    this.table.columns = columns;
    this.table.columnTypes = typeCodes;
    checkBound(this.requirePrepared(), [this.table]);
  }

  /** Adds the current batch to the next execution. */
  addBatch(): void {
    this.requirePrepared();
    this.batches.push({ ...this.table });
  }

  /** Executes all batches and returns the number of affected rows. */
  async execute(): Promise<number> {
    const prepared = this.requirePrepared();
    if (prepared.parameterCount > 0 && this.batches.length === 0) throw usageError();
    const batches = this.batches;
    this.batches = [];
    const outcome = await prepared.execute(batches);
    if (outcome.kind === "update") return outcome.affectedRows;
    this.pending = outcome;
    return 0;
  }

  /** Hands over the rows of the last execution of a query. */
  takeRows(): RowSet {
    const rows = this.pending;
    if (rows === null) throw this.prepared?.isInsert ? adapterError("result is nil") : usageError();
    this.pending = null;
    return rows;
  }

  /** Number of `?` that carry values. */
  get parameterCount(): number {
    const prepared = this.requirePrepared();
    return prepared.isInsert ? this.fields(1).length : prepared.parameterCount;
  }

  /** Frees the statement after the step that is running. */
  close(): Promise<void> {
    return this.serial.run(async () => {
      const rows = this.pending;
      this.pending = null;
      await rows?.blocks[Symbol.asyncIterator]().return?.();
    });
  }

  private bindParameters(columns: Json[][]): void {
    this.table = emptyTable();
    this.table.columns = columns.map((values) => values.map(toParameter));
    this.table.columnTypes = this.table.columns.map((cells) => parameterType(cells[0]));
    checkBound(this.requirePrepared(), [this.table]);
  }

  /** What `prepare` made.
   *
   * @throws {ServerError} before it.
   */
  requirePrepared(): Prepared {
    if (this.prepared === null) throw usageError();
    return this.prepared;
  }

  private toCell(field: Placeholder, value: Json): Cell {
    if (value === null) return null;
    switch (field.typeCode) {
      case TypeCode.Bool:
        return typeof value === "boolean" ? value : Number(value) !== 0;
      case TypeCode.BigInt:
      case TypeCode.UBigInt:
        return toBigInt(value);
      case TypeCode.Timestamp:
        return typeof value === "string" ? value : toBigInt(value);
      case TypeCode.Varchar:
      case TypeCode.Blob:
        return new TextEncoder().encode(toText(value));
      case TypeCode.Varbinary:
      case TypeCode.Geometry:
        return fromHex(toText(value));
      case TypeCode.Nchar:
      case TypeCode.Json:
      case TypeCode.Decimal:
      case TypeCode.Decimal64:
        return toText(value);
      default:
        if (typeof value !== "number") throw typeError();
        return value;
    }
  }
}

function toParameter(value: Json): Cell {
  if (typeof value === "string") return new TextEncoder().encode(value);
  return value === null || typeof value !== "object" ? value : toText(value);
}

function parameterType(cell: Cell | undefined): number {
  if (typeof cell === "boolean") return TypeCode.Bool;
  if (typeof cell === "bigint") return TypeCode.BigInt;
  if (typeof cell === "number") return Number.isInteger(cell) ? TypeCode.BigInt : TypeCode.Double;
  return TypeCode.Varchar;
}

function toBigInt(value: Json): bigint {
  if (typeof value === "bigint" || Number.isInteger(value)) return BigInt(value as bigint | number);
  throw typeError();
}

function toText(value: Json): string {
  if (typeof value !== "string") throw typeError();
  return value;
}

function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) throw typeError();
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function typeError(): ServerError {
  return adapterError("block builder type mismatch");
}

function usageError(): ServerError {
  return new ServerError(0x022a, "Stmt API usage error");
}

function emptyTable(): BoundTable {
  return { name: null, tags: [], columns: [], columnTypes: [], tagTypes: [] };
}

/**
 * What a writer knows of its table: which column is the time, and which columns there are.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { Fragment, id, Identifier } from "../sql/template.ts";
import { Param } from "../sql/param.ts";
import type { StatementContext } from "../statements/context.ts";
import { TickConverter } from "../statements/convert.ts";
import { type TableName, tableNameColumn } from "../statements/insert_sql.ts";
import { targetOf } from "../statements/placeholders.ts";
import type { Placeholder } from "../transports/transport.ts";

/** `now`, `now()`, `NOW + 1s`, `today()`: an expression that the server would evaluate. */
const serverTime = /^\s*(now|today)\b/i;

/** A row names a column that the table did not have when it was last asked. */
export class UnknownColumnError extends InterfaceError {
  static {
    this.prototype.name = "InterfaceError";
  }
}

/** One table's columns; of a super table also its tags and `tbname`. */
export class TableSchema {
  /** Name of the primary timestamp, a table's first column. */
  readonly timeName: string;
  readonly #order: ReadonlyMap<string, number>;
  readonly #times: TickConverter;
  /** Names checked last: mostly those of the next row too. */
  #checked: readonly string[] = [];

  constructor(columns: readonly Placeholder[], codec: Codec) {
    const [time] = columns;
    if (time?.field.typeCode !== DataType.TIMESTAMP) {
      throw new InterfaceError("a writer needs a table whose first column is a timestamp");
    }
    this.timeName = time.field.name;
    const names = [...columns.map(({ field }) => field.name), tableNameColumn];
    this.#order = new Map(names.map((name, i) => [name, i]));
    this.#times = new TickConverter(targetOf(time), time.precision ?? "ms", codec);
  }

  /**
   * The time of a row in ticks.
   *
   * @throws {InterfaceError} when there is none, or it is left to the server's clock: a batch that is sent again would
   * write its rows twice then.
   */
  ticks(row: number, value: unknown): bigint {
    const plain = value instanceof Param && value.precision === null ? value.value : value;
    if (plain === null || plain === undefined) throw this.#refused(row, "a row needs a timestamp");
    const text = plain instanceof Fragment ? plain.text : plain;
    if (typeof text === "string" && serverTime.test(text)) {
      throw this.#refused(
        row,
        "the server's time is not allowed in a writer, whose batches may be sent twice: give the time itself",
      );
    }
    return this.#times.ticks(row, value);
  }

  /** Checks names of columns, and gives them as an array that is the same one as long as the names are the same. */
  check(names: readonly string[]): readonly string[] {
    const last = this.#checked;
    if (names.length === last.length && names.every((name, i) => name === last[i])) return last;
    const stranger = names.find((name) => !this.#order.has(name));
    if (stranger !== undefined) {
      throw new UnknownColumnError(`the table has no column ${JSON.stringify(stranger)}`);
    }
    this.#checked = names;
    return names;
  }

  /** Names in the table's order, so that rows given in any order make the same INSERT. */
  inOrder(names: Iterable<string>): string[] {
    return [...names].sort((a, b) => this.#order.get(a)! - this.#order.get(b)!);
  }

  #refused(row: number, why: string): InterfaceError {
    return new InterfaceError(`column ${JSON.stringify(this.timeName)}, row ${row}: ${why}`);
  }
}

/** A table and its columns. */
export interface LearntTable {
  /** Its name with that of its database, so that `use()` does not send rows elsewhere. */
  readonly target: TableName;
  readonly schema: TableSchema;
}

/** Asks the server for the columns of a table. A name without a database is one of the current database. */
export async function learnTable(
  context: StatementContext,
  table: TableName,
): Promise<LearntTable> {
  const call = context.call(undefined);
  return await context.shared(call, async () => {
    const database = table instanceof Identifier ? null : await context.database(call);
    const target = database === null || table instanceof Identifier ? table : id(database, table);
    const name = target instanceof Identifier ? target.text : id(target).text;
    const columns = await context.describe(name, call);
    return { target, schema: new TableSchema(columns, context.codec) };
  });
}

/**
 * Rows of a text file → a table, as its declared types ask for.
 *
 * @module
 */

import {
  type Columns,
  type ColumnValues,
  type Connection,
  DataType,
  type Field,
  initCodec,
  InterfaceError,
  type Precision,
} from "../../../mod.ts";
import { nearest } from "../../internal/nearest.ts";
import { suggestion } from "../usage.ts";
import { type CellConverter, converterOf, type TimeContext } from "./cell_values.ts";
import { headerAdvice } from "./csv.ts";
import type { LoadReport } from "./load_report.ts";
import {
  isSuperTable,
  type LoadTarget,
  requireConstants,
  requireFit,
  tableId,
  tableNameColumn,
  withAdvice,
} from "./load_target.ts";
import type { SourceCell, SourceRow } from "./source_row.ts";
import { requireWholeTicks } from "./whole_ticks.ts";
import { type RowWriter, writeByHalves } from "./write_by_halves.ts";

/** An Arrow file may be one batch: pieces of it show how far it is, and end soon at Ctrl-C. */
const mostRowsAtOnce = 100_000;

/** A batch of rows as columns, and the place of each in the file. */
interface Batch {
  readonly places: ArrayLike<number>;
  readonly columns: readonly (readonly [name: string, cells: ColumnValues])[];
}

/** Loads rows into a table, or into the child tables of a super table. */
export class TableLoader {
  readonly #db: Connection;
  readonly #target: LoadTarget;
  readonly #converters: ReadonlyMap<string, CellConverter>;
  readonly #times: ReadonlySet<string>;
  readonly #precision: Precision;
  readonly #report: LoadReport;
  readonly #isSuper: boolean;
  /** Names that are known to be right. */
  #checked: readonly string[] | undefined;

  private constructor(
    db: Connection,
    target: LoadTarget,
    fields: readonly Field[],
    isSuper: boolean,
    times: TimeContext,
    report: LoadReport,
  ) {
    this.#db = db;
    this.#isSuper = isSuper;
    this.#target = target;
    this.#converters = new Map([
      ...fields.map((field): [string, CellConverter] => [field.name, converterOf(field, times)]),
      [tableNameColumn, (text) => text],
    ]);
    this.#times = new Set(
      fields.filter(({ typeCode }) => typeCode === DataType.TIMESTAMP).map(({ name }) => name),
    );
    this.#precision = times.precision;
    this.#report = report;
  }

  /**
   * Asks the server for the columns of the table.
   *
   * @throws {ProgrammingError} when there is no such table.
   * @throws {InterfaceError} when it has no column that a constant names.
   */
  static async open(db: Connection, target: LoadTarget, report: LoadReport): Promise<TableLoader> {
    const described = db.sql`select * from ${tableId(target.using ?? target.table)} limit 0`;
    const fields = await described.fields().catch((error) => {
      throw withAdvice(error, target);
    });
    const precision = await described.precision();
    await described[Symbol.asyncDispose]();
    requireConstants(target, fields);
    const isSuper = target.using === undefined && await isSuperTable(db, target.table);
    const { timeZone } = target;
    const codec = await initCodec();
    // A zone that there is not would refuse every row.
    if (timeZone !== undefined) codec.formatTimestamp(0n, precision, timeZone);
    return new TableLoader(db, target, fields, isSuper, { codec, precision, timeZone }, report);
  }

  /**
   * Checks the header of CSV.
   *
   * @throws {InterfaceError} when the table has no column of a name, or the rows would not fit the options.
   */
  requireHeader(names: readonly string[]): void {
    requireFit(names, this.#target, this.#isSuper);
    try {
      this.#check(names);
    } catch (error) {
      if (error instanceof InterfaceError) {
        error.message = `line 1: ${error.message} ${headerAdvice}`;
      }
      throw error;
    }
  }

  /**
   * Writes rows of text, and tells the report of each that is refused.
   *
   * @param rows The rows.
   * @param signal Ends it behind the rows on their way.
   * @throws {InterfaceError} when the first row does not fit the options.
   */
  async load(rows: readonly SourceRow[], signal: AbortSignal): Promise<void> {
    await this.#write(this.#batchOf(rows), signal);
  }

  /**
   * Writes columns that have values already, and tells the report of each row that is refused.
   *
   * @param columns Values by column name.
   * @param first Number of the first row in the file.
   * @param signal Ends it behind the rows on their way.
   * @throws {InterfaceError} when the table has no column of a name.
   */
  async loadColumns(columns: Columns, first: number, signal: AbortSignal): Promise<void> {
    this.#check(Object.keys(columns));
    const count = Object.values(columns)[0]?.length ?? 0;
    const constants = [...this.#target.constants].map(([name, text]): [string, unknown[]] => [
      name,
      new Array(count).fill(this.#value(name, text)),
    ]);
    const places = Array.from({ length: count }, (_, row) => first + row);
    await this.#write({ places, columns: [...Object.entries(columns), ...constants] }, signal);
  }

  async #write({ places, columns }: Batch, signal: AbortSignal): Promise<void> {
    const writer: RowWriter = {
      write: async (from, to) => {
        const part = columns.map(([name, cells]): [string, ColumnValues] => [
          name,
          slice(cells, from, to),
        ]);
        for (const [name, cells] of part) {
          if (this.#times.has(name)) requireWholeTicks(name, cells, this.#precision);
        }
        await this.#insert(Object.fromEntries(part));
        this.#report.add(to - from);
      },
      refuse: (row, error) => {
        // It is the only row of its batch: the place says which one it is.
        this.#report.refuse(places[row]!, error.message.replace(/, row \d+:/, ":"));
      },
      repeat: (error) => this.#report.repeat(error),
    };
    for (let from = 0; from < places.length; from += mostRowsAtOnce) {
      await writeByHalves(from, Math.min(from + mostRowsAtOnce, places.length), writer, signal);
    }
  }

  async #insert(columns: Columns): Promise<void> {
    const { table, using } = this.#target;
    await this.#db.insert(
      tableId(table),
      columns,
      using === undefined ? {} : { using: tableId(using) },
    );
  }

  #batchOf(rows: readonly SourceRow[]): Batch {
    const places: number[] = [];
    const columns = new Map<string, unknown[]>();
    for (const row of rows) {
      const values = this.#valuesOf(row);
      if (values === undefined) continue;
      const at = places.push(row.line) - 1;
      for (const [name, value] of values) {
        let cells = columns.get(name);
        if (cells === undefined) columns.set(name, cells = []);
        cells[at] = value;
      }
    }
    // Rows that lack a column leave it as it is.
    for (const cells of columns.values()) cells.length = places.length;
    return { places, columns: [...columns] };
  }

  /** The values of a row by column name; undefined when it is refused. */
  #valuesOf(row: SourceRow): [name: string, value: unknown][] | undefined {
    if (row.problem !== undefined) {
      this.#report.refuse(row.line, row.problem);
      return undefined;
    }
    if (this.#checked === undefined) requireFit(row.names, this.#target, this.#isSuper);
    try {
      this.#check(row.names);
      const own = row.names.map((name, i): [string, unknown] => [
        name,
        this.#value(name, row.cells[i]),
      ]);
      return [
        ...own,
        ...[...this.#target.constants].map(([name, text]): [string, unknown] => [
          name,
          this.#value(name, text),
        ]),
      ];
    } catch (error) {
      if (!(error instanceof InterfaceError)) throw error;
      this.#report.refuse(row.line, error.message);
      return undefined;
    }
  }

  #value(name: string, cell: SourceCell): unknown {
    if (cell === null || cell === undefined) return cell;
    try {
      return this.#converters.get(name)!(cell);
    } catch (error) {
      if (error instanceof InterfaceError) error.message = `column "${name}": ${error.message}`;
      throw error;
    }
  }

  #check(names: readonly string[]): void {
    if (names === this.#checked) return;
    requireFit(names, this.#target, this.#isSuper);
    const stranger = names.find((name) => !this.#converters.has(name));
    if (stranger !== undefined) {
      const meant = suggestion(nearest(stranger, [...this.#converters.keys()]));
      throw new InterfaceError(`the table has no column ${JSON.stringify(stranger)}${meant}`);
    }
    this.#checked = names;
  }
}

function slice(cells: ColumnValues, from: number, to: number): ColumnValues {
  return (cells as unknown[]).slice(from, to);
}

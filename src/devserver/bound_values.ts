/**
 * Bound values to the cells a column stores.
 *
 * @module
 */
import type { Column, Table } from "./catalog.ts";
import { type BoundTable, type Cell, ServerError } from "./engine.ts";
import type { InsertValue, Literal } from "./sql/ast.ts";
import { Code, valueTooLong } from "./sql/errors.ts";
import { normalizeJsonTag } from "./sql/json_tag.ts";
import { parseTimestamp } from "./sql/timestamp.ts";
import { isDecimal, isInteger, isText, Type } from "./sql/types.ts";
import { convertValue, parseDecimal, type ValueContext } from "./sql/values.ts";

type Bound = Cell | undefined;

const encoder = new TextEncoder();
/** A byte order mark in front belongs to the text. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function toText(cell: Cell): string {
  return cell instanceof Uint8Array ? decoder.decode(cell) : String(cell);
}

/** Returns the function that makes bound values of a column what it stores; null when they are that already. */
function converter(column: Column, context: ValueContext): ((cell: Cell) => Cell) | null {
  const { type, name } = column;
  if (isDecimal(type)) {
    return (cell) =>
      typeof cell === "bigint" ? cell : parseDecimal(toText(cell), type.precision, type.scale);
  }
  switch (type.code) {
    case Type.timestamp:
      return (cell) => {
        if (typeof cell === "bigint") return cell;
        const ticks = parseTimestamp(toText(cell), context.precision, context.timeZone);
        if (ticks === null) {
          throw new ServerError(Code.invalidTimestamp, "Invalid timestamp format");
        }
        return ticks;
      };
    case Type.varchar:
    case Type.varbinary:
    case Type.geometry:
    case Type.blob:
      return (cell) => {
        const bytes = cell instanceof Uint8Array ? cell : encoder.encode(String(cell));
        if (bytes.length > type.length) throw valueTooLong(name);
        return bytes;
      };
    case Type.nchar:
      return (cell) => {
        const text = toText(cell);
        if (text.length > type.length && [...text].length > type.length) throw valueTooLong(name);
        return text;
      };
    case Type.json:
      return (cell) => normalizeJsonTag(toText(cell));
    default:
      return null;
  }
}

/** Tells whether values bound as one type may go to a column without being read as text first. */
function accepts(column: Column, code: number): boolean {
  const { type } = column;
  if (
    code === type.code ||
    (isDecimal(type) && (code === Type.decimal || code === Type.decimal64 || code === Type.varchar))
  ) return true;
  if (type.code === Type.timestamp) {
    return code === Type.varchar || code === Type.nchar || code === Type.bigint;
  }
  return type.code === Type.json && (code === Type.varchar || code === Type.nchar);
}

/** Converts the values of one column. `undefined` (leave as it is) is kept. */
export function boundColumn(
  cells: Bound[] | undefined,
  code: number,
  column: Column,
  context: ValueContext,
): Cell[] {
  if (cells === undefined) {
    throw new ServerError(Code.bindRowCount, "bind number out of range or not match");
  }
  if (!accepts(column, code)) {
    if (cells.every((cell) => cell === null || cell === undefined)) return cells as Cell[];
    throw new ServerError(Code.invalidOperation, "column type mis-match with buffer type");
  }
  const convert = converter(column, context);
  if (convert === null) return cells as Cell[];
  const result = new Array<Bound>(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    result[row] = cell === null || cell === undefined ? cell : convert(cell);
  }
  return result as Cell[];
}

/** Converts the values of tags; a type that is not the tag's is read as text. */
export function bindTags(
  table: Table,
  slots: { column: Column | null; value: InsertValue }[],
  bound: BoundTable,
  context: ValueContext,
): Cell[] {
  const tags: Cell[] = table.tags.map(() => null);
  let next = 0;
  for (const { column, value } of slots) {
    const place = table.tags.indexOf(column!);
    if (value.kind !== "parameter") tags[place] = convertValue(value, column!, context);
    else {
      const index = next++;
      tags[place] = boundTag(bound.tags[index], bound.tagTypes[index]!, column!, context);
    }
  }
  return tags;
}

function boundTag(cell: Bound, code: number, column: Column, context: ValueContext): Cell {
  if (cell === null || cell === undefined) return null;
  if (accepts(column, code)) return boundColumn([cell], code, column, context)[0]!;
  const kind = typeof cell === "boolean"
    ? "bool"
    : typeof cell === "number" || typeof cell === "bigint"
    ? "number"
    : "string";
  return convertValue({ kind, text: toText(cell), shifts: [], start: 0, end: 0 }, column, context);
}

/** Splits rows so that each part has only columns whose values are given in all its rows. */
export function splitByAbsence(
  columns: Column[],
  cells: Bound[][],
): { columns: Column[]; cells: Cell[][] }[] {
  if (!cells.some((column) => column.includes(undefined))) {
    return [{ columns, cells: cells as Cell[][] }];
  }
  const parts = new Map<string, { columns: Column[]; places: number[]; cells: Cell[][] }>();
  const rows = cells[0]!.length;
  for (let row = 0; row < rows; row++) {
    const places = columns.map((_, index) => index).filter((index) =>
      cells[index]![row] !== undefined
    );
    const key = places.join(" ");
    let part = parts.get(key);
    if (part === undefined) {
      parts.set(
        key,
        part = {
          columns: places.map((index) => columns[index]!),
          places,
          cells: places.map(() => []),
        },
      );
    }
    part.places.forEach((place, index) => part.cells[index]!.push(cells[place]![row] as Cell));
  }
  return [...parts.values()];
}

/** Returns a bound parameter of a query as a literal. */
export function literalOf(cell: Cell, code: number): Literal {
  if (cell === null) return { kind: "null" };
  if (code === Type.timestamp && typeof cell === "bigint") return { kind: "ticks", value: cell };
  if (isInteger({ code, length: 0, precision: 0, scale: 0 })) {
    return { kind: "integer", value: BigInt(cell as number | bigint) };
  }
  if (typeof cell === "boolean") return { kind: "bool", value: cell };
  if (typeof cell === "number") return { kind: "float", value: cell, text: String(cell) };
  if (cell instanceof Uint8Array && !isText({ code, length: 0, precision: 0, scale: 0 })) {
    return { kind: "bytes", value: cell };
  }
  return typeof cell === "bigint"
    ? { kind: "integer", value: cell }
    : { kind: "string", value: toText(cell) };
}

/**
 * Every data type: how a column of it is declared, the cells it can hold, and the other forms in which the client takes
 * the same cell.
 *
 * A cell is written down in the form in which it is read back, but for FLOAT, which the client rounds.
 *
 * @module
 */
import fc from "fast-check";
import { param, type Precision } from "../../mod.ts";
import { textOfBytes, textOfCharacters } from "./text_cells.ts";

/** A value of a cell; `undefined` leaves the cell as it is. */
export type Cell = undefined | null | boolean | number | bigint | string | Uint8Array | object;

/** A column of a generated table. Row `i` takes the cell `i`, over and over. */
export interface Column {
  readonly name: string;
  /** Name of the type as in {@linkcode columnTypes}. */
  readonly type: ColumnTypeName;
  /** Declaration, such as `varchar(7)`. */
  readonly sql: string;
  readonly cells: readonly Cell[];
}

/** A column without its name. */
type Shape = Omit<Column, "name" | "cells"> & { readonly cell: fc.Arbitrary<Cell> };

const minLong = -(2n ** 63n);
const maxLong = 2n ** 63n - 1n;

/** Integers of so many bits, the extremes among them. */
function integer(bits: number, isSigned: boolean): fc.Arbitrary<number> {
  const span = 2 ** bits;
  const [min, max] = isSigned ? [-span / 2, span / 2 - 1] : [0, span - 1];
  const extremes = fc.constantFrom(min, max, 0, 1, min + 1);
  return fc.oneof(extremes, fc.integer({ min, max }));
}

function long(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  const extremes = fc.constantFrom(min, max, 0n, 2n ** 53n + 1n, min + 1n, max - 1n);
  return fc.oneof(extremes, fc.bigInt({ min, max }));
}

const double = fc.oneof(
  fc.constantFrom(-0, 0, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 0.1, 1e21),
  fc.double(),
);

/** Doubles that FLOAT can hold after rounding. */
const float = fc.oneof(
  fc.constantFrom(
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    1.401298464324817e-45,
    3.4028234663852886e38,
    0.1,
  ),
  fc.float(),
  fc.double({ min: -3.4028234663852886e38, max: 3.4028234663852886e38 }),
);

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

/** A point as WKB. */
export function pointBytes(x: number, y: number): Uint8Array {
  const bytes = new Uint8Array(21);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint32(1, 1, true);
  view.setFloat64(5, x, true);
  view.setFloat64(13, y, true);
  return bytes;
}

/** A point as WKT, which is how SQL and the line protocol write it. */
export function pointText(cell: Uint8Array): string {
  const view = new DataView(cell.buffer, cell.byteOffset);
  const figure = (at: number): string => {
    const value = view.getFloat64(at, true);
    return Object.is(value, -0) ? "-0" : String(value);
  };
  return `POINT(${figure(5)} ${figure(13)})`;
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const point = fc.tuple(finite, finite).map(([x, y]) => pointBytes(x, y));

/** All digits of a scaled integer. */
function decimalText(scaled: bigint, scale: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, "0");
  const sign = scaled < 0n ? "-" : "";
  if (scale === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const decimal: fc.Arbitrary<Shape> = fc.tuple(
  fc.integer({ min: 1, max: 38 }),
  fc.integer({ min: 0, max: 38 }),
).map(([precision, wanted]) => {
  const scale = Math.min(precision, wanted);
  const max = 10n ** BigInt(precision) - 1n;
  const cell = long(-max, max).filter((value) => value >= -max && value <= max)
    .map((scaled) => decimalText(scaled, scale));
  return { type: "decimal", sql: `decimal(${precision}, ${scale})`, cell };
});

const width = fc.integer({ min: 1, max: 64 });

/** JSON of a tag is a flat object; its keys are printable ASCII (protocol.md §3.6), its numbers doubles. */
const json = fc.dictionary(
  fc.stringMatching(/^[!#-[\]-_a-~]{1,8}$/),
  fc.oneof(
    textOfCharacters(12).map((text) => text.replaceAll("\0", "")),
    fc.integer(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  ),
  { minKeys: 1, maxKeys: 3, noNullPrototype: true },
);

const fixed = (type: ColumnTypeName, sql: string, cell: fc.Arbitrary<Cell>): fc.Arbitrary<Shape> =>
  fc.constant({ type, sql, cell });

const sized = (
  type: ColumnTypeName,
  cellOf: (width: number) => fc.Arbitrary<Cell>,
): fc.Arbitrary<Shape> =>
  width.map((length) => ({ type, sql: `${type}(${length})`, cell: cellOf(length) }));

/** Names of the types. */
export type ColumnTypeName =
  | "bool"
  | "tinyint"
  | "smallint"
  | "int"
  | "bigint"
  | "tinyint unsigned"
  | "smallint unsigned"
  | "int unsigned"
  | "bigint unsigned"
  | "float"
  | "double"
  | "timestamp"
  | "varchar"
  | "nchar"
  | "varbinary"
  | "geometry"
  | "blob"
  | "decimal"
  | "json";

const shapes: Readonly<Record<ColumnTypeName, fc.Arbitrary<Shape>>> = {
  bool: fixed("bool", "bool", fc.boolean()),
  tinyint: fixed("tinyint", "tinyint", integer(8, true)),
  smallint: fixed("smallint", "smallint", integer(16, true)),
  int: fixed("int", "int", integer(32, true)),
  bigint: fixed("bigint", "bigint", long(minLong, maxLong)),
  "tinyint unsigned": fixed("tinyint unsigned", "tinyint unsigned", integer(8, false)),
  "smallint unsigned": fixed("smallint unsigned", "smallint unsigned", integer(16, false)),
  "int unsigned": fixed("int unsigned", "int unsigned", integer(32, false)),
  "bigint unsigned": fixed("bigint unsigned", "bigint unsigned", long(0n, 2n ** 64n - 1n)),
  float: fixed("float", "float", float),
  double: fixed("double", "double", double),
  timestamp: fixed("timestamp", "timestamp", long(minLong + 1n, maxLong)),
  varchar: sized("varchar", textOfBytes),
  nchar: sized("nchar", textOfCharacters),
  varbinary: sized("varbinary", bytes),
  geometry: fixed("geometry", "geometry(21)", point),
  blob: fixed("blob", "blob", bytes(200)),
  decimal,
  json: fixed("json", "json", json),
};

/** Names of columns; those after the first are a word of SQL and words that every JavaScript object knows. */
const nameStems = ["c", "select", "Mixed Case ", "a.b", "列", "__proto__", "constructor"];

/**
 * Columns of the given types.
 *
 * @param types The types.
 * @param nullable Whether cells may be NULL or left as they are.
 */
export function columnOf(
  types: readonly ColumnTypeName[],
  nullable = true,
): fc.Arbitrary<Omit<Column, "name"> & { stem: string }> {
  const stem = fc.oneof({ arbitrary: fc.constant("c"), weight: 3 }, fc.constantFrom(...nameStems));
  return fc.tuple(fc.oneof(...types.map((type) => shapes[type])), stem).chain(
    ([{ type, sql, cell }, stem]) => {
      const none = fc.constantFrom<Cell>(null, undefined);
      const any = nullable
        ? fc.oneof({ arbitrary: cell, weight: 5 }, { arbitrary: none, weight: 1 })
        : cell;
      return fc.array(any, { minLength: 1, maxLength: 8, size: "max" }).map((cells) => ({
        type,
        sql,
        stem,
        cells,
      }));
    },
  );
}

/** Gives columns names that differ: only the first of a stem bears it bare, if it is none of SQL's words. */
export function named(columns: readonly (Omit<Column, "name"> & { stem: string })[]): Column[] {
  const taken = new Set<string>();
  return columns.map(({ stem, ...column }, i) => {
    const name = taken.has(stem) || stem === "c" ? `${stem}${i}` : stem;
    taken.add(stem);
    return { name, ...column };
  });
}

/** Columns of a table. */
export const tableColumn = columnOf([
  ...["bool", "tinyint", "smallint", "int", "bigint", "float", "double", "timestamp"] as const,
  ...["tinyint unsigned", "smallint unsigned", "int unsigned", "bigint unsigned"] as const,
  ...["varchar", "nchar", "varbinary", "geometry", "blob", "decimal"] as const,
]);

/** Tags, which have all types but BLOB and DECIMAL. */
export const tagColumn = columnOf([
  ...["bool", "tinyint", "smallint", "int", "bigint", "double", "timestamp"] as const,
  ...["tinyint unsigned", "smallint unsigned", "int unsigned", "bigint unsigned"] as const,
  ...["varchar", "nchar", "varbinary"] as const,
]);

/** The one tag of a table that has a JSON tag. */
export const jsonTag = columnOf(["json"]);

/** Another form of a cell that a bind takes for the same; `variant` chooses it. */
export function otherForm(
  cell: Cell,
  type: ColumnTypeName,
  precision: Precision,
  variant: number,
): Cell {
  if (cell === null || cell === undefined || variant === 0) return cell;
  switch (type) {
    case "bool":
      return variant === 1 ? Number(cell) : BigInt(cell as boolean);
    case "timestamp":
      return param.timestamp(cell as bigint, precision);
    case "bigint":
    case "bigint unsigned":
      return Number.isSafeInteger(Number(cell)) && variant === 1 ? Number(cell) : String(cell);
    case "json":
      return JSON.stringify(cell);
    case "varchar":
      return variant === 1 ? new TextEncoder().encode(cell as string) : cell;
    default:
      return type.includes("int") ? (variant === 1 ? BigInt(cell as number) : String(cell)) : cell;
  }
}

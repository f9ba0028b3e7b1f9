/**
 * Columns of a result → the TypeScript type of its rows.
 *
 * @module
 */

import { DataType, type Field, type Precision, type ValueOptions } from "../../mod.ts";

/** What a type is made of. */
export interface RowTypeParts {
  /** Name of the type. */
  readonly name: string;
  /** What its rows are, for its comment. */
  readonly origin: string;
  readonly fields: readonly Field[];
  /** Precision of the timestamps. */
  readonly precision: Precision;
  /** How cells look. */
  readonly values: ValueOptions;
  /** Name of the column that is never NULL: a table's primary timestamp. */
  readonly timeName: string | undefined;
}

const numberTypes: ReadonlySet<number> = new Set([
  DataType.TINYINT,
  DataType.SMALLINT,
  DataType.INT,
  DataType.UTINYINT,
  DataType.USMALLINT,
  DataType.UINT,
  DataType.FLOAT,
  DataType.DOUBLE,
]);

/** Names that TypeScript keeps for itself. */
const reservedNames: ReadonlySet<string> = new Set(
  `any as async await bigint boolean break case catch class const continue debugger declare default delete do else enum
  export extends false finally for function if implements import in instanceof interface let never new null number
  object package private protected public return static string super switch symbol this throw true try type typeof
  undefined unknown var void while with yield`.split(/\s+/),
);
/** Types that a module of rows, or the one that imports it, speaks of. */
const usedNames: ReadonlySet<string> = new Set([
  "Array",
  "Date",
  "Json",
  "Object",
  "Promise",
  "Record",
  "Uint8Array",
]);

/** JSON values are frozen, and so are their types. */
const JSON_TYPE = `
/** A value of a JSON column. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
`;

/**
 * Writes the type, and what it needs: the text is a module of its own.
 *
 * @param parts What the type is made of.
 * @returns An exported interface; every column may be NULL but the primary timestamp.
 */
export function formatRowType(parts: RowTypeParts): string {
  const { name, origin, precision, values, timeName } = parts;
  // Of columns with the same name the last one is in the row.
  const columns = new Map(parts.fields.map((field) => [field.name, field]));
  const members = [...columns.values()].map((field) => {
    const cell = cellType(field, precision, values);
    const type = field.name === timeName || cell === "null" ? cell : `${cell} | null`;
    return `  /** ${declaration(field)} */\n  ${propertyName(field.name)}: ${type};\n`;
  });
  const asked = Object.keys(values).length === 0
    ? ""
    : ` under \`values: ${JSON.stringify(values).replaceAll('"', "'")}\``;
  const needsJson = members.some((member) => /: Json\b/.test(member));
  return `/** A row of ${comment(origin)}${asked}. */
export interface ${name} {
${members.join("")}}
${needsJson ? JSON_TYPE : ""}`;
}

/** A type's name out of a table's: `power.smart_meters` is `SmartMeters`. */
export function typeNameOf(table: string): string {
  const words = table.split(".").at(-1)!.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  if (usedNames.has(name)) return `${name}Row`;
  return /^\p{L}/u.test(name) ? name : `Table${name}`;
}

/** Whether a type of rows may have this name. */
export function isTypeName(name: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) && !reservedNames.has(name) &&
    !usedNames.has(name);
}

function cellType({ typeCode }: Field, precision: Precision, values: ValueOptions): string {
  if (numberTypes.has(typeCode)) return "number";
  switch (typeCode) {
    case DataType.NULL:
      return "null";
    case DataType.BOOL:
      return "boolean";
    case DataType.BIGINT:
    case DataType.UBIGINT:
      return values.bigint ?? "bigint";
    case DataType.TIMESTAMP:
      return timeType(precision, values.timestamp ?? "auto");
    case DataType.JSON:
      return values.json === "text" ? "string" : "Json";
    case DataType.VARBINARY:
    case DataType.GEOMETRY:
    case DataType.BLOB:
    case DataType.MEDIUMBLOB:
      return values.binary === "hex" ? "string" : "Uint8Array";
    case DataType.DECIMAL:
    case DataType.DECIMAL64:
      return values.decimal ?? "string";
    case DataType.VARCHAR:
      return values.text === "bytes" ? "string | Uint8Array" : "string";
    default:
      return "string";
  }
}

function timeType(precision: Precision, mode: NonNullable<ValueOptions["timestamp"]>): string {
  switch (mode) {
    case "auto":
      return precision === "ms" ? "Date" : "bigint";
    case "date":
      return "Date";
    case "temporal":
      return "{ readonly epochNanoseconds: bigint }";
    default:
      return mode;
  }
}

/** The type as SQL has it. */
function declaration({ type, length, precision, scale }: Field): string {
  if (precision !== undefined && scale !== undefined) return `${type}(${precision}, ${scale})`;
  return /^(VARCHAR|NCHAR|VARBINARY|GEOMETRY)$/.test(type) ? `${type}(${length})` : type;
}

function propertyName(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** Text that does not end a comment. */
function comment(text: string): string {
  return text.replaceAll("*/", "*\\/").replace(/\s+/g, " ");
}

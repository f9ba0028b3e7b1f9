/**
 * What columns and tags a table can have.
 *
 * @module
 */
import { ServerError } from "./engine.ts";
import type { ColumnDefinition } from "./sql/ast.ts";
import { Code, duplicatedColumn, unsupported, wrongColumnCount } from "./sql/errors.ts";
import { isDecimal, isDecimalInRange, isSized, type SqlType, Type } from "./sql/types.ts";
import { encoding } from "./tmq/table_events.ts";

/** Throws for a name of more bytes than there may be, or one of a database or a table with a dot in it. */
export function checkName(name: string, greatest: number, kind?: "database" | "table"): void {
  if (kind !== undefined && name.includes(".")) {
    throw new ServerError(Code.invalidIdentifier, `The ${kind} name cannot contain '.'`);
  }
  if (new TextEncoder().encode(name).length > greatest) {
    throw new ServerError(Code.invalidIdentifier, `Invalid identifier name: ${name}`);
  }
}

/** Throws when a table cannot have such tags and columns; tags are looked at first. */
export function checkColumns(columns: ColumnDefinition[], tags: ColumnDefinition[]): void {
  if (tags.length > 128) throw new ServerError(Code.tagCount, "Invalid number of tag columns");
  const names = new Set<string>();
  for (const tag of tags) {
    if (names.has(tag.name)) throw duplicatedColumn();
    checkTagType(tag, tags.length);
    names.add(tag.name);
    checkTagLength(tag);
  }
  checkTagsLength(tags);
  if (columns.length < 2) throw wrongColumnCount();
  if (columns.length + tags.length > 4096) {
    throw new ServerError(Code.tooManyColumns, "Too many columns");
  }
  if (columns[0]!.type.code !== Type.timestamp) {
    throw new ServerError(Code.firstColumnTimestamp, "First column must be timestamp");
  }
  columns.forEach((column, index) => {
    if (column.isPrimaryKey) checkPrimaryKey(column.type, index);
    if (column.type.code === Type.json) throw jsonColumn();
    if (names.has(column.name)) throw duplicatedColumn();
    names.add(column.name);
    checkLength(column);
  });
  checkRowLength(columns);
  if (columns.some(({ isPrimaryKey }) => isPrimaryKey)) throw unsupported("PRIMARY KEY columns");
}

const keyTypes: number[] = [Type.int, Type.uint, Type.bigint, Type.ubigint, Type.varchar];

function checkPrimaryKey({ code }: SqlType, index: number): void {
  if (index !== 1) {
    throw new ServerError(Code.primaryKeyPlace, "primary key must be second column");
  }
  if (!keyTypes.includes(code)) {
    throw new ServerError(
      Code.primaryKeyType,
      "primary key column must be of type int, uint, bigint, ubigint, and varchar",
    );
  }
}

/** Bytes that a value may take in a row; text has its length before it, and a BLOB lies elsewhere. */
function storedBytes(type: SqlType): number {
  if (type.code === Type.blob) return 0;
  if (type.code === Type.nchar) return type.length * 4 + 2;
  return isSized(type) ? type.length + 2 : type.length;
}

/** Bytes of all columns, or of all tags. */
function totalBytes(columns: ColumnDefinition[]): number {
  return columns.reduce((sum, { type }) => sum + storedBytes(type), 0);
}

const longestRow = 65531, longestTags = 16384;

/** Throws when a row of such columns is too long. */
export function checkRowLength(columns: ColumnDefinition[]): void {
  if (totalBytes(columns) <= longestRow) return;
  throw new ServerError(Code.rowLength, `Row length exceeds max length ${longestRow}`);
}

/** Throws when such tags are too long together. */
export function checkTagsLength(tags: ColumnDefinition[]): void {
  if (totalBytes(tags) <= longestTags) return;
  throw new ServerError(Code.tagsLength, `Tag length exceeds max length ${longestTags}`);
}

/** Returns the failure for a column of type JSON. */
export function jsonColumn(): ServerError {
  return new ServerError(Code.columnJson, "Only tag can be json type");
}

/** Throws for a type that one of several tags cannot have. */
export function checkTagType({ type }: ColumnDefinition, tags: number): void {
  if (type.code === Type.json && tags > 1) {
    throw new ServerError(Code.oneJsonTag, "Only one tag if there is a json tag");
  }
  if (isDecimal(type)) {
    throw new ServerError(Code.invalidColumn, "Decimal type is not allowed for tag");
  }
  if (type.code === Type.blob) throw unsupported("tags of this type");
}

/** Throws when a name, a declared length or the digits of a DECIMAL are out of range, or the column cannot be stored that way. */
export function checkLength({ name, type, storage = {} }: ColumnDefinition): void {
  checkName(name, 64);
  if (isDecimal(type) && !isDecimalInRange(type)) {
    throw new ServerError(
      Code.invalidColumn,
      `Invalid column type DECIMAL(${type.precision},${type.scale}) , invalid precision or scale`,
    );
  }
  checkStorage(type, storage);
  const greatest = type.code === Type.nchar ? 16379 : 65517;
  if (isSized(type) && (type.length < 1 || type.length > greatest)) {
    throw wrongLength();
  }
}

/** Does so for a tag, which holds fewer bytes. */
export function checkTagLength(tag: ColumnDefinition): void {
  checkLength(tag);
  if (isSized(tag.type) && storedBytes(tag.type) > longestTags) throw wrongLength();
}

function wrongLength(): ServerError {
  return new ServerError(Code.variableLength, "Invalid column length for var length type");
}

/** How columns may be compressed, and how far. */
const compressions = new Set(["lz4", "zlib", "zstd", "tsz", "xz", "disabled"]);
const levels = new Set(["low", "medium", "high"]);

function checkStorage(type: SqlType, storage: NonNullable<ColumnDefinition["storage"]>): void {
  const [encode, compress] = encoding(type);
  const encodings = new Set([encode, "disabled"]);
  if (type.code === Type.bigint || type.code === Type.ubigint) encodings.add("delta-i");
  if (!encodings.has((storage.encode ?? encode).toLowerCase())) {
    throw new ServerError(Code.encodeParameter, "Invalid encode param");
  }
  if (!compressions.has((storage.compress ?? compress).toLowerCase())) {
    throw new ServerError(Code.compressParameter, "Invalid compress param");
  }
  if (!levels.has((storage.level ?? "medium").toLowerCase())) {
    throw new ServerError(Code.compressLevel, "Invalid compress level param");
  }
}

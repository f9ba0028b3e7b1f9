/**
 * What columns and tags a table can have.
 *
 * @module
 */
import { ServerError } from "./engine.ts";
import type { ColumnDefinition } from "./sql/ast.ts";
import {
  Code,
  duplicatedColumn,
  invalidColumn,
  unsupported,
  wrongColumnCount,
} from "./sql/errors.ts";
import { isDecimal, isDecimalInRange, isSized, type SqlType, Type } from "./sql/types.ts";
import { encoding } from "./tmq/table_events.ts";

/** Throws for a name of more bytes than there may be. */
export function checkName(name: string, greatest: number): void {
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
    checkLength(tag);
  }
  if (columns.length < 2) throw wrongColumnCount();
  if (columns.length + tags.length > 4096) {
    throw new ServerError(Code.tooManyColumns, "Too many columns");
  }
  if (columns[0]!.type.code !== Type.timestamp) {
    throw new ServerError(Code.firstColumnTimestamp, "First column must be timestamp");
  }
  for (const column of columns) {
    if (column.type.code === Type.json) throw jsonColumn();
    if (names.has(column.name)) throw duplicatedColumn();
    names.add(column.name);
    checkLength(column);
  }
}

/** Returns the failure for a column of type JSON. */
export function jsonColumn(): ServerError {
  return new ServerError(Code.columnJson, "Only tag can be json type");
}

/** Throws for a type that one of several tags cannot have. */
export function checkTagType({ name, type }: ColumnDefinition, tags: number): void {
  if (type.code === Type.json && tags > 1) {
    throw new ServerError(Code.oneJsonTag, "Only one tag if there is a json tag");
  }
  if (isDecimal(type)) throw invalidColumn(name);
  if (type.code === Type.blob) throw unsupported("tags of this type");
}

/** Throws when a name, a declared length or the digits of a DECIMAL are out of range, or the column cannot be stored that way. */
export function checkLength({ name, type, storage = {} }: ColumnDefinition): void {
  checkName(name, 64);
  if (isDecimal(type) && !isDecimalInRange(type)) throw invalidColumn(name);
  checkStorage(type, storage);
  const greatest = type.code === Type.nchar ? 16379 : 65517;
  if (isSized(type) && (type.length < 1 || type.length > greatest)) {
    throw new ServerError(Code.variableLength, "Invalid column length for var length type");
  }
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

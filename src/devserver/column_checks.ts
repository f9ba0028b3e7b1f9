/**
 * What columns and tags a table can have.
 *
 * @module
 */
import { ServerError } from "./engine.ts";
import type { ColumnDefinition } from "./sql/ast.ts";
import { Code, duplicatedColumn, unsupported, wrongColumnCount } from "./sql/errors.ts";
import { isDecimal, isSized, type SqlType, Type } from "./sql/types.ts";

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
    checkTagType(tag.type, tags.length);
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
export function checkTagType(type: SqlType, tags: number): void {
  if (type.code === Type.json && tags > 1) {
    throw new ServerError(Code.oneJsonTag, "Only one tag if there is a json tag");
  }
  if (type.code === Type.blob || isDecimal(type)) throw unsupported("tags of this type");
}

/** Throws when a name or a declared length is out of range. */
export function checkLength({ name, type }: ColumnDefinition): void {
  checkName(name, 64);
  const greatest = type.code === Type.nchar ? 16379 : 65517;
  if (isSized(type) && (type.length < 1 || type.length > greatest)) {
    throw new ServerError(Code.variableLength, "Invalid column length for var length type");
  }
}

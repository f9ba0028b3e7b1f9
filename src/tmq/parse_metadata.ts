/**
 * The server's JSON about tables (protocol.md §5.7) → events. Nothing is refused: what cannot be read is passed on as
 * it came, because a consumer must be able to get past it.
 *
 * @module
 */
import { DataType, type DataTypeName, dataTypeNames } from "../data_type.ts";
import type { JsonValue } from "../value_modes.ts";
import type {
  AlterTableEvent,
  CreatedChildTable,
  MetaColumn,
  MetaEvent,
  MetaTagValue,
  TableChange,
} from "./metadata.ts";

type Members = { readonly [name: string]: unknown };

const changes: ReadonlyMap<unknown, TableChange> = new Map<unknown, TableChange>([
  [1, "add-tag"],
  [2, "drop-tag"],
  [3, "rename-tag"],
  [4, "set-tag"],
  [5, "add-column"],
  [6, "drop-column"],
  [7, "resize-column"],
  [8, "resize-tag"],
  [9, "set-options"],
  [10, "rename-column"],
  [11, "add-tag-index"],
  [12, "drop-tag-index"],
  [13, "set-compression"],
  [14, "add-column"],
  [15, "set-tags"],
]);

const quotedTypes: ReadonlySet<number | undefined> = new Set([
  DataType.VARCHAR,
  DataType.NCHAR,
  DataType.VARBINARY,
  DataType.GEOMETRY,
]);

/** Thrown by the readers below, and caught here. */
class Unreadable extends Error {}

function members(value: unknown): Members {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw new Unreadable();
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new Unreadable();
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Unreadable();
}

/** The members that are there, under names of ours. */
function given<T>(names: Readonly<Record<string, unknown>>): T {
  return Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined)) as T;
}

function typeName(code: unknown): DataTypeName | undefined {
  return Number.isInteger(code) ? dataTypeNames[code as number] : undefined;
}

/** What is declared with a type: a DECIMAL's length holds its digits and, in the low byte, those behind the point. */
function declared(type: unknown, length: unknown): Pick<MetaColumn, "length" | "precision"> {
  const isDecimal = type === DataType.DECIMAL || type === DataType.DECIMAL64;
  if (!isDecimal || typeof length !== "number") return given({ length });
  return given({ precision: length >> 8 & 0xff, scale: length & 0xff });
}

function column(value: unknown): MetaColumn {
  const { name, type, length, isPrimarykey: isPrimaryKey, encode, compress, level } = members(
    value,
  );
  const known = typeName(type);
  if (known === undefined) throw new Unreadable();
  const named = { name: text(name), type: known, ...declared(type, length) };
  return given({ ...named, isPrimaryKey, encode, compress, level });
}

/** Text stands in quotes that are not escaped inside; JSON is text; a BOOL is a number. */
function tagValue(type: unknown, value: unknown): JsonValue {
  if (value === undefined || value === null) return null;
  if (type === DataType.BOOL && typeof value === "number") return value !== 0;
  if (typeof value !== "string") return value as JsonValue;
  if (type === DataType.JSON) return parsed(value);
  const isQuoted = quotedTypes.has(type as number) && value.length >= 2 &&
    /^(["']).*\1$/s.test(value);
  return isQuoted ? value.slice(1, -1) : value;
}

function parsed(json: string): JsonValue {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    return json;
  }
}

function tag(value: unknown): MetaTagValue {
  const { name, type, value: content } = members(value);
  return given({ name: text(name), type: typeName(type), value: tagValue(type, content) });
}

function childTable(value: unknown): CreatedChildTable {
  const { tableName, using, tags } = members(value);
  return { tableName: text(tableName), using: text(using), tags: list(tags).map(tag) };
}

function created(event: Members): MetaEvent {
  const { tableType } = event;
  // The columns of a virtual table stand in other tables, which the event would have to name.
  if (event["isVirtual"] === true || event["refs"] !== undefined) throw new Unreadable();
  if (tableType === "child") {
    const tables = list(event["createList"]).map(childTable);
    const all = tables.length > 0 ? tables : [childTable(event)];
    return { type: "create", tableType, tableName: all[0]!.tableName, tables: all };
  }
  const tableName = text(event["tableName"]);
  const columns = list(event["columns"]).map(column);
  if (tableType === "normal") return { type: "create", tableType, tableName, columns };
  if (tableType !== "super") throw new Unreadable();
  return { type: "create", tableType, tableName, columns, tags: list(event["tags"]).map(column) };
}

/** A tag with the value an ALTER gave it. */
function changedTag(value: unknown): MetaTagValue {
  const { colName, colValue, colValueNull } = members(value);
  if (colValueNull === true) return { name: text(colName), value: null };
  return { name: text(colName), value: text(colValue) };
}

function altered(event: Members): AlterTableEvent {
  const { tableType, alterType, colName, colNewName, colType, colLength, encode, compress, level } =
    event;
  const change = changes.get(alterType);
  const isKnown = tableType === "super" || tableType === "normal" || tableType === "child";
  if (change === undefined || !isKnown) throw new Unreadable();
  const hasValue = event["colValue"] !== undefined || event["colValueNull"] !== undefined;
  const tags = list(event["tags"]).map(changedTag);
  return given({
    type: "alter",
    tableType,
    tableName: text(event["tableName"]),
    change,
    alterType,
    column: colName,
    newName: colNewName,
    columnType: typeName(colType),
    ...declared(colType, colLength),
    tags: hasValue ? [changedTag(event)] : tags.length > 0 ? tags : undefined,
    encode,
    compress,
    level,
  });
}

function dropped(event: Members): MetaEvent {
  if (event["tableType"] === "super") {
    return { type: "drop", tableType: "super", tableNames: [text(event["tableName"])] };
  }
  const names = list(event["tableNameList"] ?? [event["tableName"]]);
  return { type: "drop", tableType: "other", tableNames: names.map(text) };
}

function readEvent(value: unknown): MetaEvent {
  try {
    const event = members(value);
    switch (event["type"]) {
      case "create":
        return created(event);
      case "alter":
        return altered(event);
      case "drop":
        return dropped(event);
      case "delete":
        return { type: "delete", sql: text(event["sql"]) };
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return { type: "unknown", raw: value as JsonValue };
}

/**
 * Reads what a message tells of tables.
 *
 * @param value The JSON: one event, or a batch of them; null when the server could not describe it, undefined when the
 * message has no metadata.
 * @returns The events in their order.
 */
export function parseMetadata(value: unknown): MetaEvent[] {
  if (value === undefined) return [];
  const batch = typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members)["metas"]
    : undefined;
  return Array.isArray(batch) ? batch.map(readEvent) : [readEvent(value)];
}

/**
 * Changes of tables as consumers of metadata get them (protocol.md §5.7), and their recording.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type Child, type Column, type Database, type Table, tableOf } from "../catalog.ts";
import type { Cell } from "../engine.ts";
import type { JsonObject } from "../replies.ts";
import type { AlterAction } from "../sql/ast.ts";
import { isDecimal, isSized, type SqlType, Type } from "../sql/types.ts";
import type { ChangeLog, Transaction } from "./change_log.ts";

/** Numbers of the server's messages about tables. */
const EventCode = {
  alterTable: 517,
  createTable: 515,
  dropTable: 519,
  createStable: 531,
  alterStable: 533,
  dropStable: 535,
  delete: 579,
} as const;

/** How the server encodes and compresses a column, as DESCRIBE tells it. */
export function encoding({ code }: SqlType): [encode: string, compress: string] {
  switch (code) {
    case Type.timestamp:
      return ["delta-i", "lz4"];
    case Type.bool:
      return ["bit-packing", "zstd"];
    case Type.tinyint:
    case Type.smallint:
    case Type.int:
    case Type.bigint:
    case Type.utinyint:
    case Type.usmallint:
    case Type.uint:
    case Type.ubigint:
      return ["simple8b", "lz4"];
    case Type.float:
    case Type.double:
      return ["delta-d", "lz4"];
    default:
      return ["disabled", "zstd"];
  }
}

function typeOf({ name, type }: { name: string; type: SqlType }): JsonObject {
  return { name, type: type.code, ...(isSized(type) ? { length: type.length } : {}) };
}

function columnOf(column: Column): JsonObject {
  const [encode, compress] = encoding(column.type);
  return { ...typeOf(column), isPrimarykey: false, encode, compress, level: "medium" };
}

/** Records the creation of a super or normal table. */
export async function recordCreate(
  log: ChangeLog,
  transaction: Transaction,
  table: Table,
): Promise<void> {
  const isStable = table.kind === "stable";
  await log.events(transaction, table.database, [{
    tableId: table.id,
    name: isStable ? null : table.name,
    isChild: false,
    code: isStable ? EventCode.createStable : EventCode.createTable,
    event: {
      type: "create",
      tableType: isStable ? "super" : "normal",
      tableName: table.name,
      columns: table.columns.map(columnOf),
      tags: table.tags.map(typeOf),
    },
  }]);
}

/** Records that tables of one database are dropped. */
export async function recordDrop(
  log: ChangeLog,
  transaction: Transaction,
  database: Database,
  tables: (Table | Child)[],
): Promise<void> {
  await log.events(
    transaction,
    database,
    tables.map((table) => {
      const isStable = table.kind === "stable";
      const event: JsonObject = isStable
        ? { type: "drop", tableType: "super", tableName: table.name }
        : { type: "drop", tableNameList: [table.name] };
      return {
        tableId: tableOf(table).id,
        name: isStable ? null : table.name,
        isChild: table.kind === "child",
        code: isStable ? EventCode.dropStable : EventCode.dropTable,
        event,
      };
    }),
  );
}

type ColumnAction = Exclude<AlterAction, { kind: "setTag" | "options" }>;

function alterFields(action: ColumnAction): JsonObject {
  const { tag } = action;
  switch (action.kind) {
    case "drop":
      return { alterType: tag ? 2 : 6, colName: action.name };
    case "rename":
      return { alterType: tag ? 3 : 10, colName: action.from, colNewName: action.to };
    default: {
      const { name, type, length } = typeOf(action.column);
      const code = action.kind === "add" ? (tag ? 1 : 5) : tag ? 8 : 7;
      return {
        alterType: code,
        colName: name!,
        colType: type!,
        ...(length === undefined ? {} : { colLength: length }),
      };
    }
  }
}

/** Records a change of a table's columns or tags. */
export async function recordAlter(
  log: ChangeLog,
  transaction: Transaction,
  table: Table,
  action: ColumnAction,
): Promise<void> {
  const isStable = table.kind === "stable";
  await log.events(transaction, table.database, [{
    tableId: table.id,
    name: isStable ? null : table.name,
    isChild: false,
    code: isStable ? EventCode.alterStable : EventCode.alterTable,
    event: {
      type: "alter",
      tableType: isStable ? "super" : "normal",
      tableName: table.name,
      ...alterFields(action),
    },
  }]);
}

/** A tag's value as metadata has it: text in quotes, bytes in hex, numbers as they are. */
export function tagText(cell: Cell, type: SqlType): string {
  if (isDecimal(type)) return String(cell);
  if (cell instanceof Uint8Array) {
    return type.code === Type.varchar
      ? `"${new TextDecoder().decode(cell)}"`
      : `"\\x${Buffer.from(cell).toString("hex").toUpperCase()}"`;
  }
  return type.code === Type.nchar ? `"${cell}"` : String(cell);
}

/** Records that a child table's tags are set. */
export async function recordTags(
  log: ChangeLog,
  transaction: Transaction,
  child: Child,
  values: { tag: Column; cell: Cell }[],
): Promise<void> {
  const fields = values.map(({ tag, cell }): JsonObject => ({
    colName: tag.name,
    ...(cell === null ? {} : { colValue: tagText(cell, tag.type) }),
    colValueNull: cell === null,
  }));
  const [only] = fields;
  await log.events(transaction, child.table.database, [{
    tableId: child.table.id,
    name: child.name,
    isChild: true,
    code: EventCode.alterTable,
    event: {
      type: "alter",
      tableType: "child",
      tableName: child.name,
      ...(fields.length === 1 ? { alterType: 4, ...only! } : { alterType: 15, tags: fields }),
    },
  }]);
}

/** Records that the rows of tables between two times are deleted. */
export async function recordDelete(
  log: ChangeLog,
  transaction: Transaction,
  table: Table,
  ranges: { name: string; from: bigint; to: bigint }[],
): Promise<void> {
  const time = table.columns[0]!.name;
  await log.events(
    transaction,
    table.database,
    ranges.map(({ name, from, to }) => ({
      tableId: table.id,
      name,
      isChild: table.kind === "stable",
      code: EventCode.delete,
      event: {
        type: "delete",
        sql: `delete from \`${name}\` where \`${time}\` >= ${from} and \`${time}\` <= ${to}`,
      },
    })),
  );
}

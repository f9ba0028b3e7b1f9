/**
 * What a message tells of tables that were created, altered or dropped, and of rows that were deleted.
 *
 * @module
 */
import type { DataTypeName } from "../data_type.ts";
import type { JsonValue } from "../value_modes.ts";

/** A column of a table that was created. */
export interface MetaColumn {
  /** Name. */
  readonly name: string;
  /** Data type. */
  readonly type: DataTypeName;
  /** Declared length, of types that have one: bytes, or characters for NCHAR. */
  readonly length?: number;
  /** Digits of a DECIMAL; servers up to 3.3.7 do not tell them. */
  readonly precision?: number;
  /** Digits of a DECIMAL behind the point. */
  readonly scale?: number;
  /** Whether it is a second part of the primary key. */
  readonly isPrimaryKey?: boolean;
  /** How the server encodes it. */
  readonly encode?: string;
  /** How the server compresses it. */
  readonly compress?: string;
  /** How hard the server compresses it. */
  readonly level?: string;
}

/** A tag's value. Numbers have passed through 64-bit floating point on the server. */
export interface MetaTagValue {
  /** Name of the tag. */
  readonly name: string;
  /** Data type, where the server tells it. */
  readonly type?: DataTypeName;
  /** The value; null is NULL. */
  readonly value: JsonValue;
}

/** A child table that was created. */
export interface CreatedChildTable {
  /** Its name. */
  readonly tableName: string;
  /** Its super table. */
  readonly using: string;
  /** The tags that were given. */
  readonly tags: readonly MetaTagValue[];
}

/** A super table was created. Each vgroup tells it. */
export interface CreateSuperTableEvent {
  /** Kind of event. */
  readonly type: "create";
  /** Kind of table. */
  readonly tableType: "super";
  /** Its name. */
  readonly tableName: string;
  /** Its columns. */
  readonly columns: readonly MetaColumn[];
  /** Its tags. */
  readonly tags: readonly MetaColumn[];
}

/** A table without a super table was created. */
export interface CreateNormalTableEvent {
  /** Kind of event. */
  readonly type: "create";
  /** Kind of table. */
  readonly tableType: "normal";
  /** Its name. */
  readonly tableName: string;
  /** Its columns. */
  readonly columns: readonly MetaColumn[];
}

/** Child tables were created, by one request. */
export interface CreateChildTablesEvent {
  /** Kind of event. */
  readonly type: "create";
  /** Kind of table. */
  readonly tableType: "child";
  /** The first of them. */
  readonly tableName: string;
  /** All of them. */
  readonly tables: readonly CreatedChildTable[];
}

/** What an ALTER did. */
export type TableChange =
  | "add-tag"
  | "drop-tag"
  | "rename-tag"
  | "set-tag"
  | "add-column"
  | "drop-column"
  | "resize-column"
  | "resize-tag"
  | "set-options"
  | "rename-column"
  | "add-tag-index"
  | "drop-tag-index"
  | "set-compression"
  | "set-tags";

/** A table was altered. */
export interface AlterTableEvent {
  /** Kind of event. */
  readonly type: "alter";
  /** Kind of table. */
  readonly tableType: "super" | "normal" | "child";
  /** Its name. */
  readonly tableName: string;
  /** What was done. */
  readonly change: TableChange;
  /** The server's number for it. */
  readonly alterType: number;
  /** Name of the column or tag. */
  readonly column?: string;
  /** Its new name. */
  readonly newName?: string;
  /** Its type. */
  readonly columnType?: DataTypeName;
  /** Its length. */
  readonly length?: number;
  /** Digits of a DECIMAL; servers up to 3.3.7 do not tell them. */
  readonly precision?: number;
  /** Digits of a DECIMAL behind the point. */
  readonly scale?: number;
  /** Tags with their new values, as the server writes them in SQL; null is NULL. */
  readonly tags?: readonly MetaTagValue[];
  /** How the server encodes the column. */
  readonly encode?: string;
  /** How the server compresses the column. */
  readonly compress?: string;
  /** How hard the server compresses the column. */
  readonly level?: string;
}

/** Tables were dropped. */
export interface DropTablesEvent {
  /** Kind of event. */
  readonly type: "drop";
  /** `"super"`, or `"other"` for child tables and those without a super table, which the server does not tell apart. */
  readonly tableType: "super" | "other";
  /** Their names. */
  readonly tableNames: readonly string[];
}

/** Rows were deleted. */
export interface DeleteRowsEvent {
  /** Kind of event. */
  readonly type: "delete";
  /** A statement that deletes the same rows. */
  readonly sql: string;
}

/** An event that this version does not know, or that the server could not describe. */
export interface UnknownMetaEvent {
  /** Kind of event. */
  readonly type: "unknown";
  /** What the server sent; null when it sent nothing. */
  readonly raw: JsonValue;
}

/** What happened to tables, told apart by `type` and `tableType`. */
export type MetaEvent =
  | CreateSuperTableEvent
  | CreateNormalTableEvent
  | CreateChildTablesEvent
  | AlterTableEvent
  | DropTablesEvent
  | DeleteRowsEvent
  | UnknownMetaEvent;

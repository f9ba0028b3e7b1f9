/**
 * What system tables are made of.
 *
 * @module
 */
import type { Literal } from "./sql/ast.ts";
import type { SystemTable } from "./sql/plan_from.ts";
import { fixedType, sizedType, type SqlType, Type } from "./sql/types.ts";

/** A value of a system table. */
export type Value = string | number | bigint | boolean | null;

/** The columns of a system table. */
export type Columns = [name: string, type: SqlType][];

/** Returns the type VARCHAR of a length. */
export const text = (length: number): SqlType => sizedType(Type.varchar, length);

/** The types of fixed length. */
export const timestamp: SqlType = fixedType(Type.timestamp);
export const int: SqlType = fixedType(Type.int);
export const smallint: SqlType = fixedType(Type.smallint);
export const bigint: SqlType = fixedType(Type.bigint);
export const bool: SqlType = fixedType(Type.bool);
export const tinyint: SqlType = fixedType(Type.tinyint);

function toLiteral(value: Value): Literal {
  if (value === null) return { kind: "null" };
  if (typeof value === "string") return { kind: "string", value };
  return typeof value === "boolean"
    ? { kind: "bool", value }
    : { kind: "integer", value: BigInt(value) };
}

/** Makes a system table of its rows. */
export function table(columns: Columns, rows: Value[][]): SystemTable {
  return {
    columns: columns.map(([name, type]) => ({ name, type })),
    rows: rows.map((row) => row.map(toLiteral)),
  };
}

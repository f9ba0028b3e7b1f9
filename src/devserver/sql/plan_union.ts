/**
 * Plans UNION.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { type Item, limitSql, orderSql } from "./assemble.ts";
import type { Expr, Query, Union } from "./ast.ts";
import { Code, unsupported } from "./errors.ts";
import { coerce, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import type { OutputColumn } from "./relation.ts";
import {
  isInteger,
  isText,
  isUnsigned,
  physicalType,
  sizedType,
  type SqlType,
  Type,
} from "./types.ts";

const nothing: Expr = { node: "literal", literal: { kind: "null" }, start: 0, end: 0 };

/** Plans a UNION; `planQuery` plans its two sides. */
export function planUnion(
  union: Union,
  context: PlanContext,
  planQuery: (query: Query, context: PlanContext) => Plan,
): Plan {
  const left = planQuery(union.left, context), right = planQuery(union.right, context);
  const columns = unitedColumns(left, right);
  const sides = [left, right].map((side) => sideSql(side, columns));
  const scope: Scope = {
    ...relationScope(null, context),
    column(_, name) {
      const index = columns.findIndex((column) => column.name === name);
      return index < 0 ? null : { ...columns[index]!, sql: `o${index}` };
    },
  };
  const order = orderSql(
    union.orderBy,
    columns.map(({ name }): Item => ({ name, expr: nothing })),
    scope,
  );
  const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  return {
    sql: `SELECT * FROM (${sides.join(union.all ? " UNION ALL " : " UNION ")})${orderBy}${
      limitSql(union.limit, scope)
    }`,
    columns,
    precision: left.precision,
  };
}

/** The columns have the names of the first side and types that hold both sides' values. */
function unitedColumns(left: Plan, right: Plan): OutputColumn[] {
  if (left.columns.length !== right.columns.length) {
    throw new ServerError(
      Code.incorrectColumnCount,
      "Query block has incorrect number of result columns",
    );
  }
  if (left.precision !== right.precision) throw unsupported("UNION of different precisions");
  return left.columns.map(({ name, type }, index) => {
    const common = commonType(type, right.columns[index]!.type);
    return { name, type: common, bytes: false, constant: false };
  });
}

/** The type of what may be NULL alone. */
function isUntyped({ code, length }: SqlType): boolean {
  return code === Type.varchar && length === 0;
}

/** Returns the type that holds values of both types; where that is not known to be TDengine's, there is none. */
function commonType(left: SqlType, right: SqlType): SqlType {
  if (isUntyped(left)) return right;
  if (isUntyped(right)) return left;
  if (isText(left) && isText(right)) {
    return sizedType(
      left.code === Type.nchar || right.code === Type.nchar ? Type.nchar : Type.varchar,
      Math.max(left.length, right.length),
    );
  }
  const wider = left.length >= right.length ? left : right;
  const isSame = left.code === right.code && left.precision === right.precision &&
    left.scale === right.scale;
  const areIntegers = isInteger(left) && isInteger(right) && isUnsigned(left) === isUnsigned(right);
  const areFractions = [left, right].every(({ code }) =>
    code === Type.float || code === Type.double
  );
  if (isSame || areIntegers || areFractions) return wider;
  throw unsupported("UNION of these types");
}

function sideSql(side: Plan, columns: OutputColumn[]): string {
  const values = side.columns.map((column, index) => {
    const { type } = columns[index]!, sql = `o${index}`;
    const value = isUntyped(column.type) && !isText(type)
      ? `nullif(${sql}, '')`
      : coerce({ ...column, sql }, type);
    const physical = isText(type) ? "VARCHAR" : physicalType(type);
    return `CAST(${value} AS ${physical}) AS ${sql}`;
  });
  return `SELECT ${values.join(", ")} FROM (${side.sql})`;
}

/**
 * Plans UNION.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { type Item, limitSql, orderSql } from "./assemble.ts";
import type { Expr, Query, Union } from "./ast.ts";
import { Code, unsupported } from "./errors.ts";
import { castTo, coerce, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import type { OutputColumn } from "./relation.ts";
import { isText, physicalType, type SqlType, Type } from "./types.ts";

const nothing: Expr = { node: "literal", literal: { kind: "null" }, start: 0, end: 0 };

/** Plans a UNION; `planQuery` plans its two sides. */
export function planUnion(
  union: Union,
  context: PlanContext,
  planQuery: (query: Query, context: PlanContext) => Plan,
): Plan {
  const left = planQuery(union.left, context), right = planQuery(union.right, context);
  const columns = unitedColumns(left, right);
  const sides = [left, right].map((side) => sideSql(side, columns, relationScope(null, context)));
  const scope: Scope = {
    ...relationScope(null, context),
    column(_, name) {
      const index = columns.findIndex((column) => column.name === name);
      if (index < 0) {
        throw new ServerError(Code.unknownOrder, `Invalid expr in order by clause: ${name}`);
      }
      return { ...columns[index]!, sql: `o${index}` };
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

/** The columns have the names of the first side, and its types where the sides' types are unlike. */
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

/** Of one type the wider prevails, of unlike types the first. */
function commonType(left: SqlType, right: SqlType): SqlType {
  if (isUntyped(left)) return right;
  if (left.code !== right.code) return left;
  if (left.length !== right.length) return left.length > right.length ? left : right;
  return left;
}

function sideSql(side: Plan, columns: OutputColumn[], scope: Scope): string {
  const values = side.columns.map((column, index) => {
    const { type } = columns[index]!, sql = `o${index}`;
    const value = isUntyped(column.type) && !isText(type)
      ? `nullif(${sql}, '')`
      : coerce(castTo({ ...column, sql }, type, scope), type);
    const physical = isText(type) ? "VARCHAR" : physicalType(type);
    return `CAST(${value} AS ${physical}) AS ${sql}`;
  });
  return `SELECT ${values.join(", ")} FROM (${side.sql})`;
}

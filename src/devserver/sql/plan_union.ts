/**
 * Plans UNION.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { type Item, limitSql, orderSql } from "./assemble.ts";
import type { Expr, Query, Union } from "./ast.ts";
import { Code } from "./errors.ts";
import { coerce, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import type { OutputColumn } from "./relation.ts";
import { commonType } from "./typed.ts";

const nothing: Expr = { node: "literal", literal: { kind: "null" }, start: 0, end: 0 };

/** Plans a UNION; `planQuery` plans its two sides. */
export function planUnion(union: Union, context: PlanContext, planQuery: (query: Query, context: PlanContext) => Plan): Plan {
  const left = planQuery(union.left, context), right = planQuery(union.right, context);
  if (left.columns.length !== right.columns.length) throw new ServerError(Code.syntax, "The number of columns of both sides of UNION must be equal");
  const columns = left.columns.map(({ name, type }, index): OutputColumn => {
    return { name, type: commonType(type, right.columns[index]!.type), bytes: false, constant: false };
  });
  const sides = [left, right].map((side) => {
    const values = side.columns.map((column, index) => `${coerce({ ...column, sql: `o${index}` }, columns[index]!.type)} AS o${index}`);
    return `SELECT ${values.join(", ")} FROM (${side.sql})`;
  });
  const scope: Scope = {
    ...relationScope(null, context),
    column(_, name) {
      const index = columns.findIndex((column) => column.name === name);
      return index < 0 ? null : { ...columns[index]!, sql: `o${index}` };
    },
  };
  const order = orderSql(union.orderBy, columns.map(({ name }): Item => ({ name, expr: nothing })), scope);
  const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  return { sql: `SELECT * FROM (${sides.join(union.all ? " UNION ALL " : " UNION ")})${orderBy}${limitSql(union.limit, scope)}`, columns, precision: left.precision };
}

/**
 * Plans joins. Every join but an ASOF one has the timestamps of both sides equal, or cut to the same unit.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr, FromItem } from "./ast.ts";
import { Code, unsupported } from "./errors.ts";
import { asBool, compile, type Scope } from "./plan_expression.ts";
import { type PlanContext, relationScope } from "./plan_from.ts";
import { type Relation, wrapRelation } from "./relation.ts";

type Join = FromItem & { node: "join" };

/** Plans a join of two sides; `where` is where an inner join may have its conditions, too. */
export function planJoin(
  item: Join,
  left: Relation,
  right: Relation,
  context: PlanContext,
  where: Expr | null,
): Relation {
  checkSides(left, right);
  if (item.kind === "window") throw unsupported("WINDOW JOIN");
  if (item.kind === "asof") return planAsof(item, left, right, context);
  const scope = relationScope(sides(left, right), context);
  const conditions = [...conjuncts(item.on), ...(item.side === "inner" ? conjuncts(where) : [])];
  if (conditions.length === 0) throw new ServerError(Code.crossJoin, "not support cross join");
  if (!conditions.some((expr) => isTimeEquality(expr, left, right, scope))) {
    throw new ServerError(
      Code.joinCondition,
      "left.ts = right.ts is expected in join expression",
    );
  }
  const on = conjuncts(item.on).map((expr) => asBool(compile(expr, scope)));
  switch (item.kind) {
    case "semi":
      return planSemi(item, left, right, context);
    case "anti":
      return planAnti(item, left, right, on);
    default:
      return joined(left, right, item.side, on);
  }
}

function checkSides(left: Relation, right: Relation): void {
  if (left.precision !== right.precision) throw unsupported("joins of different precisions");
  const names = new Set(left.columns.map(({ table }) => table));
  if (right.columns.some(({ table }) => table !== "" && names.has(table))) {
    throw new ServerError(Code.aliasNotUnique, "Not unique table/alias");
  }
  if (left.time === null || right.time === null) {
    throw new ServerError(Code.joinNotSupported, "Join requires valid time series input");
  }
}

/** Splits a condition at its ANDs. */
function conjuncts(expr: Expr | null): Expr[] {
  if (expr === null) return [];
  return expr.node === "binary" && expr.op === "and"
    ? [...conjuncts(expr.left), ...conjuncts(expr.right)]
    : [expr];
}

/** Returns SQL of the timestamp an expression is, or is cut from; null for any other expression. */
function timeSql(expr: Expr, scope: Scope): string | null {
  const column = expr.node === "call" && expr.name === "timetruncate" ? expr.args[0]! : expr;
  return column.node === "column" ? compile(column, scope).sql : null;
}

/** Tells which sides two expressions are the timestamps of: 1 as written, -1 the other way round, 0 neither. */
function timeSides(expr: Expr, left: Relation, right: Relation, scope: Scope): 1 | -1 | 0 {
  if (expr.node !== "binary") return 0;
  const [a, b] = [timeSql(expr.left, scope), timeSql(expr.right, scope)];
  const times = (relation: Relation): (string | null)[] => [relation.time, ...relation.times ?? []];
  if (a === null || b === null) return 0;
  if (times(left).includes(a) && times(right).includes(b)) return 1;
  return times(left).includes(b) && times(right).includes(a) ? -1 : 0;
}

function isTimeEquality(expr: Expr, left: Relation, right: Relation, scope: Scope): boolean {
  return expr.node === "binary" && expr.op === "=" && timeSides(expr, left, right, scope) !== 0;
}

/** Both sides next to each other, for names to be found in. */
function sides(left: Relation, right: Relation): Relation {
  return {
    columns: [...left.columns, ...right.columns],
    conditions: [],
    time: left.time,
    times: [right.time!, ...left.times ?? [], ...right.times ?? []],
    order: left.order,
    precision: left.precision,
    single: false,
    tableName: null,
    tableNames: [...left.tableNames ?? [], ...right.tableNames ?? []],
    tags: null,
    from: () => "",
  };
}

const verbs = { inner: "JOIN", left: "LEFT JOIN", right: "RIGHT JOIN", full: "FULL JOIN" };

function joined(left: Relation, right: Relation, side: Join["side"], on: string[]): Relation {
  const both = sides(left, right);
  const driving = side === "right" ? right : left;
  const used = on.join(" ") + left.conditions.join(" ") + right.conditions.join(" ");
  return {
    ...both,
    conditions: side === "inner" ? [...left.conditions, ...right.conditions] : [],
    time: driving.time,
    order: driving.order,
    from: (names) =>
      `${sideSql(left, names + used, side !== "inner")} ${verbs[side]} ${
        sideSql(right, names + used, side !== "inner")
      } ON ${on.join(" AND ") || "true"}`,
  };
}

/** SQL of one side; those of outer joins have their own conditions inside. */
function sideSql(relation: Relation, used: string, outer: boolean): string {
  const source = relation.from(used, outer);
  return / JOIN /.test(source) && !source.startsWith("(SELECT") ? `(${source})` : source;
}

/** Gives the driving side's rows a number. */
function numbered(relation: Relation, context: PlanContext): [Relation, string] {
  const alias = context.alias();
  return [wrapRelation(relation, [], { wid: "row_number() OVER ()" }, alias), `${alias}.wid`];
}

/** Keeps the first rows that match each row of the driving side, in the order of a distance. */
function firstMatches(
  both: Relation,
  id: string,
  distance: string,
  count: number,
  context: PlanContext,
): Relation {
  const alias = context.alias();
  const wrapped = wrapRelation(
    both,
    [],
    { wrn: `row_number() OVER (PARTITION BY ${id} ORDER BY ${distance})` },
    alias,
  );
  return { ...wrapped, conditions: [`${alias}.wrn <= ${count}`] };
}

/** SEMI: rows of the driving side with one row that matches. */
function planSemi(
  item: Join,
  left: Relation,
  right: Relation,
  context: PlanContext,
): Relation {
  const [first, second, id] = withNumbers(item, left, right, context);
  const scope = relationScope(sides(first, second), context);
  const on = conjuncts(item.on).map((expr) => asBool(compile(expr, scope)));
  const other = item.side === "right" ? first : second;
  const both = {
    ...joined(first, second, "inner", on),
    time: (item.side === "right" ? second : first).time,
  };
  return firstMatches(both, id, other.time!, 1, context);
}

function withNumbers(
  item: Join,
  left: Relation,
  right: Relation,
  context: PlanContext,
): [Relation, Relation, string] {
  const [driving, id] = numbered(item.side === "right" ? right : left, context);
  return item.side === "right" ? [left, driving, id] : [driving, right, id];
}

/** ANTI: rows of the driving side that none matches. */
function planAnti(item: Join, left: Relation, right: Relation, on: string[]): Relation {
  const both = joined(left, right, item.side, on);
  const other = item.side === "right" ? left : right;
  return { ...both, conditions: [...both.conditions, `${other.time} IS NULL`] };
}

const turned: Record<string, string> = { ">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "=" };

/** ASOF: each row of the driving side with the nearest rows of the other one, by default those before. */
function planAsof(
  item: Join,
  left: Relation,
  right: Relation,
  context: PlanContext,
): Relation {
  const [first, second, id] = withNumbers(item, left, right, context);
  const scope = relationScope(sides(first, second), context);
  let operator = ">=", match = `${first.time} >= ${second.time}`;
  const groups: string[] = [];
  for (const expr of conjuncts(item.on)) {
    const direction = timeSides(expr, first, second, scope);
    if (direction !== 0 && expr.node === "binary" && turned[expr.op] !== undefined) {
      operator = direction === 1 ? expr.op : turned[expr.op]!;
      match = asBool(compile(expr, scope));
    } else if (expr.node === "binary" && expr.op === "=") {
      groups.push(asBool(compile(expr, scope)));
    } else throw unsupported("this condition of an ASOF JOIN");
  }
  const both = joined(first, second, item.side, [match, ...groups]);
  const distance = operator === "="
    ? (item.side === "right" ? first : second).time!
    : `abs(${first.time} - ${second.time})`;
  return firstMatches(both, id, distance, item.jlimit ?? 1, context);
}

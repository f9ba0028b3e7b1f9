/**
 * Groups of child tables by their tags: where rows are counted, a child table has a group also without rows.
 *
 * @module
 */
import type { Expr, Select } from "./ast.ts";
import type { Item } from "./assemble.ts";
import { aggregateFunction, findCalls } from "./functions.ts";
import { asBool, compile } from "./plan_expression.ts";
import { type PlanContext, relationScope } from "./plan_from.ts";
import type { Relation } from "./relation.ts";

/** Returns the parts of a condition that all have to be true. */
function conjuncts(where: Expr | null): Expr[] {
  if (where === null) return [];
  return where.node === "binary" && where.op === "and"
    ? [...conjuncts(where.left), ...conjuncts(where.right)]
    : [where];
}

function countsRows({ having, orderBy }: Select, items: Item[]): boolean {
  const exprs = [...items.map(({ expr }) => expr), having, ...orderBy.map(({ expr }) => expr)];
  return exprs.some((expr) =>
    expr !== null &&
    findCalls(expr).some(({ name }) => aggregateFunction(name)?.countLike === true)
  );
}

/**
 * Returns a relation with one row without columns for each child table none of whose rows fits the conditions, which are among
 * its own; null where such tables have no group. `keys` is the SQL of the groups' keys.
 */
export function withEmptyGroups(
  select: Select,
  items: Item[],
  source: Relation,
  keys: string[],
  context: PlanContext,
): Relation | null {
  const { tags } = source;
  const ofTags = (sql: string): boolean => !sql.includes(tags!.rows) && sql.includes(tags!.tags);
  if (
    tags === null || select.window !== null || context.logged !== null || keys.length === 0 ||
    !keys.every(ofTags) || !countsRows(select, items)
  ) return null;
  const scope = relationScope(source, context);
  const conditions = conjuncts(select.where).map((expr) => asBool(compile(expr, scope)));
  const ofRows = conditions.filter((sql) => sql.includes(tags.rows));
  const on = [`${tags.rows}_tid = ${tags.tags}_tid`, ...ofRows].join(" AND ");
  return {
    ...source,
    conditions: conditions.filter((sql) => !sql.includes(tags.rows)),
    tags: null,
    rowMark: `${tags.rows}_tid`,
    from: () => `${tags.from} LEFT JOIN ${source.from("")} ON ${on}`,
  };
}

/**
 * Carries out INSERT with the rows of a query.
 *
 * @module
 */
import { selfChild } from "./catalog.ts";
import { ServerError } from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { InsertPlan, namedColumns, nullTimestamp, timeFirst } from "./insert.ts";
import { readAll } from "./results.ts";
import type { Statement } from "./sql/ast.ts";
import { toServerError } from "./sql/engine_errors.ts";
import { Code, unsupported, wrongColumnCount } from "./sql/errors.ts";
import { castTo } from "./sql/plan_expression.ts";
import type { Plan, PlanContext } from "./sql/plan_from.ts";
import { planQuery } from "./sql/plan_select.ts";
import type { SqlType } from "./sql/types.ts";

/** Writes a query's rows to one table; returns their number. */
export async function insertQuery(
  statement: Statement & { node: "insertQuery" },
  context: ExecutionContext,
  planContext: PlanContext,
): Promise<number> {
  const found = context.catalog.find(statement.table, context.database);
  if (found.kind === "stable") throw unsupported("INSERT of a query into a super table");
  const child = found.kind === "child" ? found : selfChild(found);
  const { table } = child;
  if (statement.columns !== null && !statement.columns.includes(table.columns[0]!.name)) {
    throw new ServerError(Code.columnCount, "Primary timestamp column should not be null");
  }
  const columns = namedColumns(table, statement.columns);
  const source = planQuery(statement.query, planContext, true);
  if (source.columns.length !== columns.length) throw wrongColumnCount();
  if (source.precision !== table.database.precision) {
    throw unsupported("INSERT of a query of another precision");
  }
  const cells = await readCast(source, columns.map(({ type }) => type), context);
  return await InsertPlan.run(context, (plan) => {
    const batch = plan.batch(table, timeFirst(table, columns));
    columns.forEach((column, index) => {
      batch.cells[batch.columns.indexOf(column)] = cells[index]!;
    });
    if (batch.cells[0]!.includes(null)) throw nullTimestamp();
    plan.rows = cells[0]!.length;
    batch.children = new Array(plan.rows).fill(child);
  });
}

/** Reads the rows as values of other types. */
async function readCast(
  source: Plan,
  types: SqlType[],
  { store, timeZone }: ExecutionContext,
): ReturnType<typeof readAll> {
  const time = { precision: source.precision, timeZone };
  const values = source.columns.map((column, index) =>
    castTo({ ...column, sql: `o${index}` }, types[index]!, time)
  );
  const plan: Plan = {
    sql: `SELECT ${
      values.map(({ sql }, index) => `${sql} AS o${index}`).join(", ")
    } FROM (${source.sql})`,
    columns: values.map((value, index) => ({
      ...value,
      type: types[index]!,
      name: "",
      constant: false,
    })),
    precision: source.precision,
  };
  const connection = await store.acquire();
  try {
    return await readAll(connection, plan);
  } catch (error) {
    throw toServerError(error);
  } finally {
    store.release(connection);
  }
}

/**
 * Carries out DELETE.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { dataTable, type Table, tableOf } from "./catalog.ts";
import { ServerError } from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import type { Expr, Statement } from "./sql/ast.ts";
import { Code } from "./sql/errors.ts";
import { asBool, compile } from "./sql/plan_expression.ts";
import { type PlanContext, relationScope } from "./sql/plan_from.ts";
import { planQuery } from "./sql/plan_select.ts";
import { planFrom } from "./sql/plan_source.ts";
import { rewrite } from "./sql/rewrite.ts";
import { recordDelete } from "./tmq/table_events.ts";
import { retentionSeconds } from "./tmq/vgroups.ts";

/** Deletes rows; returns their number. */
export async function deleteRows(
  statement: Statement & { node: "delete" },
  { store, catalog, log, database }: ExecutionContext,
  plan: PlanContext,
): Promise<number> {
  return await store.transaction(async (writer, onCommit) => {
    const table = tableOf(catalog.find(statement.table, database));
    const source = { node: "table", name: statement.table, alias: null } as const;
    const relation = planFrom(source, plan, planQuery);
    const where = [
      ...relation.conditions,
      ...(statement.where === null
        ? []
        : [asBool(compile(statement.where, relationScope(relation, plan)))]),
    ];
    const names = table.tags.map(({ name }) => name);
    checkConditions(statement.where, table.columns[0]!.name, ["tbname", ...names]);
    const rows = relation.time!.split(".")[0]!;
    const condition = where.length === 0 ? "true" : where.join(" AND ");
    const from = `${relation.from(condition)} WHERE ${condition}`;
    if (retentionSeconds(table.database) !== 0) {
      const ranges = await deletedRanges(writer, table, rows, from);
      await recordDelete(log, { writer, onCommit }, table, ranges);
    }
    const result = await writer.run(
      `DELETE FROM ${dataTable(table)} WHERE rowid IN (SELECT ${rows}.rowid FROM ${from})`,
    );
    return Number(result.rowsChanged);
  });
}

const ranges = new Set(["=", "<", "<=", ">", ">="]);

/** Throws unless the conditions give one range of time, and otherwise look at tags alone. */
function checkConditions(where: Expr | null, time: string, tags: string[]): void {
  if (where === null) return;
  if (where.node === "binary" && where.op === "and") {
    checkConditions(where.left, time, tags);
    checkConditions(where.right, time, tags);
    return;
  }
  const names = columnNames(where);
  if (names.every((name) => tags.includes(name))) return;
  const isRange = where.node === "between"
    ? !where.negated
    : where.node === "binary" && ranges.has(where.op) &&
      (where.left.node === "column" || where.right.node === "column");
  if (!isRange || names.some((name) => name !== time && name !== "_rowts" && name !== "_c0")) {
    throw new ServerError(
      Code.deleteWhere,
      "The DELETE statement must have a definite time window range",
    );
  }
}

/** Names of all columns in an expression. */
function columnNames(expr: Expr): string[] {
  const names: string[] = [];
  rewrite(expr, (part) => {
    if (part.node === "column" && part.name !== "now" && part.name !== "today") {
      names.push(part.name);
    }
    return null;
  });
  return names;
}

/** Returns the first and the last time of the rows of each table that are to be deleted. */
async function deletedRanges(
  writer: DuckDBConnection,
  table: Table,
  rows: string,
  from: string,
): Promise<{ name: string; from: bigint; to: bigint }[]> {
  const time = `${rows}.${table.columns[0]!.store}`;
  const reader = await writer.runAndReadAll(
    `SELECT ${rows}._tid, min(${time}), max(${time}) FROM ${from} GROUP BY 1 ORDER BY 1`,
  );
  const names = new Map([...table.children.values()].map(({ id, name }) => [id, name]));
  return reader.getRows().map(([id, least, greatest]) => ({
    name: names.get(id as number)!,
    from: least as bigint,
    to: greatest as bigint,
  }));
}

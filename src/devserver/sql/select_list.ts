/**
 * The select list: the names of its items, and what `*`, `last(*)`, `_tags` and `cols(…)` stand for.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Item } from "./assemble.ts";
import type { Expr, Select } from "./ast.ts";
import { Code } from "./errors.ts";
import { wrongArgument } from "./function_types.ts";
import { aggregateFunction } from "./functions.ts";
import { foldCase } from "./lexer.ts";
import type { PlanContext } from "./plan_from.ts";
import { findColumn, type Relation } from "./relation.ts";

const maxNameBytes = 64;
const endFunctions = new Set(["first", "last", "last_row"]);

/** Returns the name a result column has: its alias, a column's own name, or the expression as written. */
function itemName(expr: Expr, alias: string | null, sql: string): string {
  if (alias !== null) return alias;
  if (expr.node === "column") return expr.name;
  const text = foldCase(sql.slice(expr.start, expr.end));
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= maxNameBytes
    ? text
    : new TextDecoder().decode(bytes.subarray(0, maxNameBytes)).replace(/\uFFFD$/, "");
}

/** Returns the items with everything that stands for several of them expanded. */
export function expandItems(
  select: Select,
  relation: Relation | null,
  context: PlanContext,
): Item[] {
  return select.items.flatMap(({ expr, alias }): Item[] => {
    if (expr.node === "star") return starColumns(expr, relation, context);
    if (expr.node === "column" && expr.name === "_tags" && relation !== null) {
      const tags = relation.columns.filter(({ kind }) => kind === "tag");
      if (tags.length === 0) {
        throw new ServerError(
          Code.tagsColumn,
          "The _TAGS pseudo column can only be used for child table and super table queries",
        );
      }
      return tags.map(({ table, name }) => ({
        name,
        expr: { ...expr, table: table === "" ? null : table, name, quoted: true },
      }));
    }
    if (expr.node === "call" && expr.name === "cols") return expandCols(expr, alias, context.sql);
    if (expr.node === "call" && expr.args.some(({ node }) => node === "star")) {
      if (expr.name !== "count" || expr.args.length > 1) return expandCall(expr, relation, context);
    }
    if (expr.node === "call" && endFunctions.has(expr.name) && expr.args.length > 1) {
      return expandCall(expr, relation, context);
    }
    return [{ name: itemName(expr, alias, context.sql), expr }];
  });
}

/** `last(*)` and `last(a, b)` are one call a column; tags are not among those of `*`. */
function expandCall(
  call: Expr & { node: "call" },
  relation: Relation | null,
  context: PlanContext,
): Item[] {
  if (!endFunctions.has(call.name)) throw wrongArgument(call.name);
  return call.args.flatMap((argument): Item[] => {
    const columns = argument.node !== "star"
      ? [{ name: itemName(argument, null, context.sql), expr: argument }]
      : starColumns(argument, relation, context).filter(({ expr }) =>
        relation === null || expr.node !== "column" ||
        findColumn(relation, expr.table, expr.name)?.kind !== "tag"
      );
    return columns.map(({ name, expr }) => ({
      name: `${call.name}(${name})`,
      expr: { ...call, args: [expr] },
    }));
  });
}

/** `cols(last(a), b, c)` gives b and c of the row the function picks. */
function expandCols(call: Expr & { node: "call" }, alias: string | null, sql: string): Item[] {
  const [picker, ...outputs] = call.args;
  const picks = picker?.node === "call" &&
    aggregateFunction(picker.name)?.pick !== undefined &&
    aggregateFunction(picker.name)?.multiple !== true;
  if (!picks || outputs.length === 0 || (alias !== null && outputs.length > 1)) {
    throw new ServerError(Code.colsFunction, "Invalid cols function");
  }
  return outputs.map((output) => {
    const named = output.node === "call" && output.name === "as" ? output : null;
    const [expr, name] = named === null
      ? [output, null]
      : [named.args[0]!, (named.args[1] as Expr & { node: "column" }).name];
    return {
      name: alias ?? name ?? itemName(expr, null, sql),
      expr: { ...call, args: [picker!, expr] },
    };
  });
}

function starColumns(
  star: Expr & { node: "star" },
  relation: Relation | null,
  context: PlanContext,
): Item[] {
  if (relation === null) {
    throw new ServerError(Code.syntax, `syntax error near "${context.sql.slice(star.start)}"`);
  }
  const columns = relation.columns.filter(({ table, inStar }) =>
    inStar && (star.table === null || table === star.table)
  );
  if (columns.length === 0) {
    throw new ServerError(Code.tableNotExist, `Table does not exist: ${star.table ?? ""}`);
  }
  return columns.map(({ table, name }) => ({
    name,
    expr: {
      node: "column",
      table: table === "" ? null : table,
      name,
      quoted: true,
      start: star.start,
      end: star.end,
    },
  }));
}

/**
 * Conditions that compare with NULL by `=`: the real server sees that they are never true and answers no row at all,
 * not even the one of `count(*)` (protocol.md §12.10).
 *
 * @module
 */
import type { Expr, Literal, Query } from "./sql/ast.ts";

/**
 * Tells whether a query's condition demands equality with NULL.
 *
 * @param query The query.
 * @param parameters Values of its placeholders, or null.
 */
export function comparesWithNull(query: Query, parameters: Literal[] | null): boolean {
  return query.node === "select" && query.where !== null && demandsNull(query.where, parameters);
}

function demandsNull(expr: Expr, parameters: Literal[] | null): boolean {
  if (expr.node !== "binary") return false;
  const { left, right } = expr;
  if (expr.op === "and") return demandsNull(left, parameters) || demandsNull(right, parameters);
  return expr.op === "=" && (isNull(left, parameters) || isNull(right, parameters));
}

function isNull(expr: Expr, parameters: Literal[] | null): boolean {
  if (expr.node === "literal") return expr.literal.kind === "null";
  return expr.node === "parameter" && parameters?.[expr.index]?.kind === "null";
}

/**
 * Rewrites expressions.
 *
 * @module
 */
import type { Expr } from "./ast.ts";

/** Returns the expression with every node that `replace` answers put in place of it; the rest is kept. */
export function rewrite(expr: Expr, replace: (expr: Expr) => Expr | null): Expr {
  const other = replace(expr);
  if (other !== null) return other;
  const again = (part: Expr): Expr => rewrite(part, replace);
  switch (expr.node) {
    case "call":
      return { ...expr, args: expr.args.map(again) };
    case "cast":
    case "unary":
    case "isNull":
      return { ...expr, arg: again(expr.arg) };
    case "binary":
      return { ...expr, left: again(expr.left), right: again(expr.right) };
    case "between":
      return { ...expr, arg: again(expr.arg), low: again(expr.low), high: again(expr.high) };
    case "in":
      return { ...expr, arg: again(expr.arg), items: expr.items.map(again) };
    case "case":
      return {
        ...expr,
        subject: expr.subject === null ? null : again(expr.subject),
        branches: expr.branches.map(({ when, then }) => ({ when: again(when), then: again(then) })),
        otherwise: expr.otherwise === null ? null : again(expr.otherwise),
      };
    default:
      return expr;
  }
}

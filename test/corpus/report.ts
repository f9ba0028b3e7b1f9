/**
 * Tells how a replay came out: counts, differences, and the statements compared by shape.
 *
 * @module
 */
import { categoryOf } from "./categories.ts";
import type { Outcome } from "./replay.ts";

/** A line of counts. */
export interface Count {
  name: string;
  passed: number;
  failed: number;
  /** How many of the failed ones the server refused as not supported, instead of answering otherwise. */
  refused: number;
}

/** True unless the answer was different. */
export function isPassed({ verdict }: Outcome): boolean {
  return verdict.kind !== "different";
}

function count(name: string, outcomes: readonly Outcome[]): Count {
  const failed = outcomes.filter((outcome) => !isPassed(outcome));
  return {
    name,
    passed: outcomes.length - failed.length,
    failed: failed.length,
    refused: failed.filter(({ isRefused }) => isRefused).length,
  };
}

/** Counts by category; the statements whose recorded answer is an error are a category of their own. */
export function byCategory(outcomes: readonly Outcome[]): Count[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const name = outcome.isError ? "errors" : categoryOf(outcome.sql);
    groups.set(name, [...groups.get(name) ?? [], outcome]);
  }
  return [...groups].map(([name, group]) => count(name, group))
    .toSorted((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

function rank(name: string): number {
  return name.startsWith("SELECT") ? 0 : name === "errors" ? 2 : 1;
}

/** Counts of SELECTs, other statements and errors, and of both kinds with their errors. */
export function totals(outcomes: readonly Outcome[]): Count[] {
  const isSelect = ({ sql }: Outcome): boolean => /^\s*select\b/i.test(sql);
  const answered = outcomes.filter(({ isError }) => !isError);
  return [
    count("SELECT, answered", answered.filter(isSelect)),
    count("others, answered", answered.filter((outcome) => !isSelect(outcome))),
    count("errors", outcomes.filter(({ isError }) => isError)),
    count("SELECT, errors included", outcomes.filter(isSelect)),
    count("others, errors included", outcomes.filter((outcome) => !isSelect(outcome))),
  ];
}

function formatCounts(counts: readonly Count[]): string {
  return counts.map(({ name, passed, failed, refused }) => {
    const note = refused === 0 ? "" : `  (${refused} not supported)`;
    return `${name.padEnd(40)} ${String(passed).padStart(4)} passed ${
      String(failed).padStart(4)
    } failed${note}`;
  }).join("\n");
}

/** Formats a replay for people. */
export function formatReport(outcomes: readonly Outcome[]): string {
  const shapes = outcomes.flatMap(({ number, sql, verdict }) =>
    verdict.kind === "shape" ? [`  #${number} ${sql}\n    ${verdict.reason}`] : []
  );
  const differences = outcomes.flatMap(({ number, sql, verdict }) =>
    verdict.kind === "different" ? [`  #${number} ${sql}\n    ${verdict.difference}`] : []
  );
  return [
    formatCounts(byCategory(outcomes)),
    "",
    formatCounts(totals(outcomes)),
    "",
    `compared by shape: ${shapes.length}`,
    ...shapes,
    `different: ${differences.length}`,
    ...differences,
  ].join("\n");
}

/** Formats the counts by category as a table in Markdown. */
export function formatMarkdown(outcomes: readonly Outcome[]): string {
  const lines = [
    ["statements", "answered alike"],
    ...[...byCategory(outcomes), count("all", outcomes)].map(({ name, passed, failed }) => [
      name,
      `${passed} of ${passed + failed}`,
    ]),
  ] as [string, string][];
  const widths = [0, 1].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
  const [head, ...body] = lines.map((line) =>
    `| ${line.map((text, column) => text.padEnd(widths[column]!)).join(" | ")} |`
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}

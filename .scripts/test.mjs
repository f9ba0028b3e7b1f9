/**
 * `npm test`: every suite on every runtime, a table, and `N passed, N failed` as the last line.
 *
 *     node .scripts/test.mjs                  all suites
 *     node .scripts/test.mjs unit deno        some of them: types rust unit node deno bun workerd
 *                                             chromium docs package examples
 *
 * The server under test is the embedded one, started once; TDENGINE_TEST_URL names another.
 *
 * @module
 */
import { build, isStale } from "./build.mjs";
import { printCaseTable } from "./case_table.mjs";
import { ensure } from "./ensure.mjs";
import { examples } from "./examples.mjs";
import { report } from "./run.mjs";
import {
  bun,
  casesIn,
  chromium,
  deno,
  docs,
  projects,
  runAll,
  rust,
  serverUnderTest,
  vitest,
} from "./suites.mjs";

const suites = {
  types: () =>
    runAll([
      ...projects.map((project) => `tsc --noEmit -p ${project}`),
      "node wasm/build.mjs --check",
    ]),
  rust,
  unit: () => vitest("unit"),
  node: (env) => vitest("node", env),
  deno,
  bun,
  workerd: (env) => vitest("workerd", env),
  chromium,
  docs,
  package: () => vitest("package"),
  examples,
};
const needServer = ["node", "deno", "bun", "workerd", "chromium", "docs", "examples"];
/** The kinds of cases a runtime runs. */
const kinds = {
  node: ["conformance", "failures"],
  deno: ["conformance", "failures", "native"],
  bun: ["conformance", "failures", "native"],
  workerd: ["conformance", "failures"],
  chromium: ["conformance", "failures"],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.log(`Unknown suites: ${unknown.join(" ")}. There are ${Object.keys(suites).join(" ")}.`);
  process.exit(2);
}
const names = asked.length > 0 ? asked : Object.keys(suites);

await ensure();
if (isStale() && !await build()) {
  report([{ name: "build", passed: 0, failed: 1, seconds: 0 }]);
  process.exit(1);
}

const server = names.some((name) => needServer.includes(name))
  ? await serverUnderTest()
  : undefined;
const env = server === undefined ? {} : { TDENGINE_TEST_URL: server.url };
const rows = [];
const cases = {};
try {
  for (const name of names) {
    console.log(`\n== ${name}`);
    const startedMs = performance.now();
    const result = await suites[name](env);
    const counts = result.isSkipped
      ? []
      : (kinds[name] ?? []).map((kind) => [kind, casesIn(result, kind)]);
    for (const [kind, count] of counts) (cases[kind] ??= []).push([name, count]);
    const note = result.note ||
      counts.map(([kind, { ran, left }]) =>
        `${ran} ${kind} cases${left > 0 ? ` (${left} cannot)` : ""}`
      ).join(", ");
    rows.push({ ...result, name, note, seconds: (performance.now() - startedMs) / 1000 });
  }
} finally {
  await server?.close();
}
for (const [kind, counts] of Object.entries(cases)) {
  if (counts.length > 1) rows.push(equalCounts(kind, counts));
}
const reports = rows.filter(({ name }) => kinds[name]?.includes("conformance"))
  .map(({ name, reports }) => [name, reports ?? []]);
if (reports.length > 0) printCaseTable(reports);
report(rows);

/** A case that one runtime leaves out without saying so would go unnoticed otherwise. */
function equalCounts(kind, counts) {
  // Without a C compiler there is no stand-in for libtaos, and no native case anywhere.
  const least = kind === "native" ? 0 : 1;
  const sums = counts.map(([, { ran, left }]) => ran + left);
  const isEqual = new Set(sums).size === 1 && sums[0] >= least;
  const note = counts.map(([name, { ran, left }]) =>
    left > 0 ? `${name} ${ran} + ${left}` : `${name} ${ran}`
  ).join(", ");
  return {
    name: `same ${kind} cases`,
    passed: isEqual ? 1 : 0,
    failed: isEqual ? 0 : 1,
    seconds: 0,
    note,
  };
}

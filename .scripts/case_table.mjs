/**
 * Which conformance and failure cases passed where, read from the JUnit reports of the suites.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";

/** Transports, and how the names of their cases end. */
const transports = [["REST", " (REST)"], ["native", " (native)"], ["WebSocket", ""]];

const nameOf = (element) => / name="([^"]*)"/.exec(element)?.[1] ?? "";

/** The column of a case, by its file and name: its transport, or `failures`; undefined for other tests. */
function columnOf(file, name) {
  if (/\bfailures\.test\.ts$/.test(file)) return "failures";
  const [transport] = transports.find(([, end]) => name.endsWith(end));
  // In the FFI's file other tests stand beside the cases.
  const place = transport === "native" ? /\bffi\.test\.ts$/ : /\bconformance\.test\.ts$/;
  return place.test(file) ? transport : undefined;
}

/** Passed cases of a runtime, by column, and those left out. */
function countsIn(reports) {
  const counts = { passed: {}, left: {} };
  const suites = reports.filter((file) => existsSync(file)).flatMap((file) =>
    // Text is escaped in XML: `<` begins an element.
    readFileSync(file, "utf8").split("<testsuite ").slice(1)
  );
  for (const suite of suites) {
    const [head, ...cases] = ` ${suite}`.split("<testcase");
    for (const element of cases) {
      const column = columnOf(nameOf(head), nameOf(element));
      if (column === undefined || /<(failure|error)\b/.test(element)) continue;
      const count = /<skipped\b/.test(element) ? counts.left : counts.passed;
      count[column] = (count[column] ?? 0) + 1;
    }
  }
  return counts;
}

/**
 * Prints how many conformance cases passed on each runtime and transport, and how many failure cases; `+ n` are those
 * that the runtime cannot run, for reasons that test/failures tells.
 *
 * @param {[runtime: string, reports: string[]][]} runtimes JUnit files of each.
 */
export function printCaseTable(runtimes) {
  const names = [...transports.map(([transport]) => transport).reverse(), "failures"];
  const line = (first, cells) =>
    console.log(first.padEnd(10) + cells.map((cell) => cell.padStart(10)).join(""));
  console.log("\nCases passed");
  line("", names);
  for (const [runtime, reports] of runtimes) {
    const { passed, left } = countsIn(reports);
    line(
      runtime,
      names.map((name) => `${passed[name] ?? "–"}${name in left ? ` + ${left[name]}` : ""}`),
    );
  }
}

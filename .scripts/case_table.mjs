/**
 * Which conformance cases passed where, read from the JUnit reports of the suites.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";

/** Transports, and how the names of their cases end. */
const transports = [["REST", " (REST)"], ["native", " (native)"], ["WebSocket", ""]];

const nameOf = (element) => / name="([^"]*)"/.exec(element)?.[1] ?? "";

/** The transport of a case, by its file and name; undefined for other tests. */
function transportOf(file, name) {
  const [transport] = transports.find(([, end]) => name.endsWith(end));
  // In the FFI's file other tests stand beside the cases.
  const place = transport === "native" ? /\bffi\.test\.ts$/ : /\bconformance\.test\.ts$/;
  return place.test(file) ? transport : undefined;
}

/** Passed conformance cases of a runtime, a transport each. */
function passedIn(reports) {
  const counts = {};
  const suites = reports.filter((file) => existsSync(file)).flatMap((file) =>
    // Text is escaped in XML: `<` begins an element.
    readFileSync(file, "utf8").split("<testsuite ").slice(1)
  );
  for (const suite of suites) {
    const [head, ...cases] = ` ${suite}`.split("<testcase");
    for (const element of cases) {
      const transport = transportOf(nameOf(head), nameOf(element));
      if (transport === undefined || /<(failure|error|skipped)\b/.test(element)) continue;
      counts[transport] = (counts[transport] ?? 0) + 1;
    }
  }
  return counts;
}

/**
 * Prints how many conformance cases passed on each runtime and transport.
 *
 * @param {[runtime: string, reports: string[]][]} runtimes JUnit files of each.
 */
export function printCaseTable(runtimes) {
  const names = transports.map(([transport]) => transport).reverse();
  const line = (first, cells) =>
    console.log(first.padEnd(10) + cells.map((cell) => cell.padStart(10)).join(""));
  console.log("\nConformance cases passed");
  line("", names);
  for (const [runtime, reports] of runtimes) {
    const passed = passedIn(reports);
    line(runtime, names.map((name) => String(passed[name] ?? "–")));
  }
}

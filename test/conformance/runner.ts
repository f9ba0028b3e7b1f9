/**
 * What the three runners share: which cases run, and how one is run.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { connect } from "../../mod.ts";
import type { Case, CaseTools, Need } from "./case.ts";
import { testUrl } from "./env.ts";
import { cases } from "./index.ts";

/** A case on one transport. */
export interface RunnableCase extends Case {
  /** URL of the server under test, for that transport. */
  readonly url: string;
}

/** The transports, and what each of them and the embedded server can do. */
const transports: readonly { suffix: string; url: string; available: readonly Need[] }[] = [
  { suffix: "", url: testUrl, available: ["statements", "schemaless", "results", "consumers"] },
  { suffix: " (REST)", url: testUrl.replace(/^ws/, "http"), available: [] },
];

/** The cases that run here, on each transport that can. */
export const runnable: readonly RunnableCase[] = transports.flatMap(({ suffix, url, available }) =>
  cases
    .filter(({ needs = [] }) => needs.every((need) => available.includes(need)))
    .map((subject) => ({ ...subject, name: `${subject.name}${suffix}`, url }))
);

/** Tells the count; .scripts/test.mjs compares it between the runtimes. */
export function announce(runtime: string): void {
  console.log(`conformance: ${runnable.length} cases on ${runtime}`);
}

/**
 * Runs a case in a database of its own.
 *
 * @param subject The case.
 * @param runtime Part of the database's name, so that runtimes do not meet.
 */
export async function runCase(subject: RunnableCase, runtime: string): Promise<void> {
  const database = `conformance_${runtime}_${runnable.indexOf(subject)}`;
  await using admin = await connect(testUrl);
  await admin.exec(`drop database if exists ${database}`);
  await admin.exec(`create database ${database} ${subject.databaseOptions ?? ""}`);
  const opened: AsyncDisposable[] = [];
  try {
    const open: CaseTools["open"] = (options) => connect(subject.url, { ...options, database });
    await subject.run({
      url: subject.url,
      connect,
      open,
      async fixtures() {
        const connection = await connect(testUrl, { database });
        opened.push(connection);
        return connection;
      },
      database,
      equal,
      deepEqual,
      ok,
      rejects,
      throws,
    });
  } finally {
    for (const connection of opened) await connection[Symbol.asyncDispose]();
    await admin.exec(`drop database if exists ${database}`);
  }
}

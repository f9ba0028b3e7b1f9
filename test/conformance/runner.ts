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

/** What the WebSocket transport of this client and its embedded server can do. */
const available: readonly Need[] = ["statements", "schemaless"];

/** The cases that run here. */
export const runnable: readonly Case[] = cases.filter(({ needs = [] }) =>
  needs.every((need) => available.includes(need))
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
export async function runCase(subject: Case, runtime: string): Promise<void> {
  const database = `conformance_${runtime}_${cases.indexOf(subject)}`;
  await using admin = await connect(testUrl);
  await admin.exec(`drop database if exists ${database}`);
  await admin.exec(`create database ${database} ${subject.databaseOptions ?? ""}`);
  try {
    const open: CaseTools["open"] = (options) => connect(testUrl, { ...options, database });
    await subject.run({
      url: testUrl,
      connect,
      open,
      database,
      equal,
      deepEqual,
      ok,
      rejects,
      throws,
    });
  } finally {
    await admin.exec(`drop database if exists ${database}`);
  }
}

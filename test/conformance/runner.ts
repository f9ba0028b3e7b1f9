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
  /** URL of a transport that can write everything. */
  readonly adminUrl: string;
  /** Part of the name of its database. */
  readonly key: string;
}

/** A way to the server, and what it and the embedded server can do. */
interface Way extends Pick<RunnableCase, "url" | "adminUrl" | "key"> {
  /** Behind the names of the cases. */
  readonly suffix: string;
  readonly available: readonly Need[];
}

/** What WebSocket can but for several hosts. */
export const everything: readonly Need[] = ["statements", "schemaless", "results", "consumers"];
const restUrl = testUrl.replace(/^ws/, "http");
const ways: readonly Way[] = [
  { key: "ws", suffix: "", url: testUrl, adminUrl: testUrl, available: [...everything, "hosts"] },
  {
    key: "rest",
    suffix: " (REST)",
    url: restUrl,
    adminUrl: testUrl,
    available: ["schemaless", "hosts"],
  },
];

/** The cases that a way can run. */
export function casesOn({ suffix, available, ...way }: Way): RunnableCase[] {
  return cases
    .filter(({ needs = [] }) => needs.every((need) => available.includes(need)))
    .map((subject, i) => ({
      ...subject,
      ...way,
      name: `${subject.name}${suffix}`,
      key: `${way.key}_${i}`,
    }));
}

/** The cases that run on every runtime, on each transport that can. */
export const runnable: readonly RunnableCase[] = ways.flatMap(casesOn);

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
  const database = `conformance_${runtime}_${subject.key}`;
  await using admin = await connect(subject.adminUrl);
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
        const connection = await connect(subject.adminUrl, { database });
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

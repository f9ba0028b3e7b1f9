/**
 * Runs the laws over generated cases. A case is one write of up to four rows, read back.
 *
 * `TDWIRE_CASES` sets their number, `TDWIRE_SEED` repeats a run. A counterexample is shrunk and printed.
 *
 * @module
 */
import process from "node:process";
import fc from "fast-check";
import { connect, initCodec, type Precision } from "../../mod.ts";
import { testUrl } from "../conformance/env.ts";
import type { Connections } from "./job.ts";
import { GeneratedTable } from "./round_trip.ts";
import { scenarios } from "./scenario.ts";

function setting(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new Error(`${name} must be a whole number`);
}

/** What a run of generated cases gives. */
export interface Tally {
  cases: number;
  seconds: number;
}

/** A law: runs one generated thing, and calls `count` for each case of it. */
export interface Law<T> {
  readonly name: string;
  readonly things: fc.Arbitrary<T>;
  /** Names are unique in the database. */
  run(thing: T, lane: Lane, name: string, count: () => void): Promise<void>;
}

/** A database that one chain of cases works in. */
export interface Lane extends Connections {
  readonly precision: Precision;
}

const tableLaw: Law<import("./scenario.ts").Scenario> = {
  name: "tables",
  things: scenarios,
  async run(scenario, lane, name, count) {
    const table = new GeneratedTable(scenario, lane, lane.precision, name);
    await table.create();
    for (const write of scenario.writes) {
      await table.write(write);
      count();
    }
    for (const read of scenario.reads) await table.check(read);
    await table.drop();
  },
};

export const laws: readonly Law<never>[] = [tableLaw] as never;

async function runLane<T>(law: Law<T>, lane: Lane, target: number, seed: number): Promise<number> {
  let [cases, table, isFailing] = [0, 0, false];
  const property = fc.asyncProperty(law.things, async (thing) => {
    // The last generated things are not needed; but shrinking goes on with all.
    if (cases >= target && !isFailing) return;
    try {
      await law.run(thing, lane, `t${table++}`, () => cases++);
    } catch (error) {
      isFailing = true;
      throw error;
    }
  });
  await fc.assert(property, { seed, numRuns: target, endOnFailure: false });
  return cases;
}

export async function runLaw(law: Law<never>, runtime: string, cases: number): Promise<void> {
  const seed = setting("TDWIRE_SEED") ?? Math.trunc(Math.random() * 2 ** 31);
  const startedMs = performance.now();
  const precisions = ["ms", "us", "ns"] as const;
  const runs = precisions.map(async (precision, i) => {
    const database = `property_${runtime}_${law.name}_${precision}`;
    await using admin = await connect(testUrl);
    await admin.exec(`drop database if exists ${database}`);
    await admin.exec(`create database ${database} precision '${precision}' keep 36500`);
    await using socket = await connect(testUrl, { database });
    await using rest = await connect(testUrl.replace(/^ws/, "http"), { database });
    const lane = { socket, rest, codec: await initCodec(), precision };
    const counted = await runLane(law, lane, Math.ceil(cases / 3), seed + i);
    await admin.exec(`drop database ${database}`);
    return counted;
  });
  const counts = await Promise.all(runs);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`property: ${total} cases of ${law.name} in ${seconds} s on ${runtime}, TDWIRE_SEED=${seed}`);
}

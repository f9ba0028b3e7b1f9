/**
 * Runs the laws over generated cases. A case is one write of up to four rows, and all of its table is read at the end.
 *
 * `TDWIRE_CASES` sets the number of cases. Databases of each precision are worked in side by side. What breaks a law is
 * made smaller, and thrown with the seed.
 *
 * @module
 */
import process from "node:process";
import fc from "fast-check";
import { connect, initCodec, type Precision } from "../../mod.ts";
import { testUrl } from "../conformance/env.ts";
import { testSeed } from "../support/seed.ts";
import { type Lane, type Law, laws } from "./laws.ts";

const precisions: readonly Precision[] = ["ms", "us", "ns"];

/** A run of one law. */
interface Run<T> {
  readonly law: Law<T>;
  readonly runtime: string;
  /** Cases in each database. */
  readonly target: number;
  readonly seed: number;
  /** Precision of the database in which the law was broken first; the other ones stop then. */
  broken: Precision | undefined;
}

/** Whole numbers from the environment. */
function setting(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`${name} must be a whole number`);
}

/** Runs generated things one after the other; gives the number of cases. */
async function runLane<T>(run: Run<T>, lane: Lane): Promise<number> {
  const { law, target } = run;
  let [cases, things] = [0, 0];
  const property = fc.asyncProperty(law.things, async (thing) => {
    // The things left over when there are enough cases are not needed, but those of shrinking are.
    if (run.broken === undefined ? cases >= target : run.broken !== lane.precision) return;
    try {
      await law.run(thing, lane, `t${things++}`, () => cases++);
    } catch (error) {
      run.broken ??= lane.precision;
      if (run.broken === lane.precision) throw error;
    }
  });
  await fc.assert(property, {
    seed: run.seed + precisions.indexOf(lane.precision),
    numRuns: target,
  });
  return cases;
}

async function runDatabase<T>(run: Run<T>, precision: Precision): Promise<number> {
  const database = `property_${run.runtime}_${run.law.name}_${precision}`;
  await using admin = await connect(testUrl);
  await admin.exec(`drop database if exists ${database}`);
  await admin.exec(`create database ${database} precision '${precision}' keep 36500`);
  try {
    await using socket = await connect(testUrl, { database });
    await using rest = await connect(testUrl.replace(/^ws/, "http"), { database });
    return await runLane(run, { socket, rest, codec: await initCodec(), precision });
  } finally {
    await admin.exec(`drop database if exists ${database}`);
  }
}

/** A law as a test. */
export interface PropertyTest {
  /** The law. */
  readonly name: string;
  /** Rejects when the law is broken. */
  run(): Promise<void>;
}

/**
 * The laws as tests.
 *
 * @param runtime Part of the databases' names, so that runtimes do not meet.
 * @param usualCases Number of cases without `TDWIRE_CASES`.
 */
export function propertyTests(runtime: string, usualCases: number): PropertyTest[] {
  const cases = setting("TDWIRE_CASES") ?? usualCases;
  const seed = testSeed();
  return laws.map((law) => ({
    name: law.title,
    async run() {
      const startedMs = performance.now();
      const target = Math.ceil(cases * law.share / precisions.length);
      const run = { law, runtime, target, seed, broken: undefined };
      const counts = await Promise.allSettled(precisions.map((each) => runDatabase(run, each)));
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      const told = `on ${runtime} in ${seconds} s, TDWIRE_TEST_SEED=${seed}`;
      let total = 0;
      for (const count of counts) {
        if (count.status === "rejected") {
          throw new Error(`${count.reason}\n${told}`, { cause: count.reason });
        }
        total += count.value;
      }
      console.log(`property: ${total} cases of ${law.name} ${told}`);
    },
  }));
}

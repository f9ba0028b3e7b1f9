/**
 * Generated tables and what is written to them.
 *
 * @module
 */
import fc from "fast-check";
import type { Precision } from "../../mod.ts";
import { type Column, jsonTag, named, tableColumn, tagColumn } from "./column_types.ts";
import { readWays } from "./read_ways.ts";
import { superWays } from "./super_ways.ts";
import { tableWays } from "./table_ways.ts";

/** One write: how, how many rows, and which cells of them. */
export interface Write {
  /** Name of the way. */
  readonly way: string;
  readonly rows: number;
  /** A bit for each column: whether the write names it. */
  readonly mask: number;
  /** Whether it begins with the first row again, instead of going on behind the last one. */
  readonly over: boolean;
  /** Chooses among forms of the same cell, 0 … 2. */
  readonly variant: number;
}

/** A table, and the writes to it. */
export interface Scenario {
  /** Time of the first row, in seconds since 1970. */
  readonly startSeconds: number;
  /** Ticks between rows. */
  readonly gap: number;
  readonly columns: readonly Column[];
  /** Of a super table; null for a normal one. */
  readonly tags: readonly Column[] | null;
  /** Number of child tables, over which the rows are dealt. */
  readonly children: number;
  readonly writes: readonly Write[];
  /** Names of the ways in which all is read at the end. */
  readonly reads: readonly string[];
}

/** From 1960 to 2023: not in the future, and within any KEEP of 100 years. */
const startSeconds = fc.integer({ min: -315_619_200, max: 1_700_000_000 });

function writes(ways: readonly { name: string }[]): fc.Arbitrary<Write[]> {
  const write = fc.record({
    way: fc.constantFrom(...ways.map(({ name }) => name)),
    rows: fc.integer({ min: 1, max: 4 }),
    // All columns more often than some.
    mask: fc.oneof(fc.constant(-1), fc.nat({ max: 255 })),
    over: fc.integer({ min: 0, max: 2 }).map((drawn) => drawn === 2),
    variant: fc.integer({ min: 0, max: 2 }),
  });
  return fc.array(write, { minLength: 1, maxLength: 10, size: "max" });
}

const transports = [false, true].map((isRest) =>
  fc.constantFrom(...readWays.filter((way) => way.isRest === isRest).map(({ name }) => name))
);
const [overSocket, overRest] = transports as [fc.Arbitrary<string>, fc.Arbitrary<string>];
/** Names of ways to read: one of WebSocket, and sometimes one of REST. */
export const reads: fc.Arbitrary<string[]> = fc.oneof(
  { arbitrary: overSocket.map((name) => [name]), weight: 2 },
  { arbitrary: fc.tuple(overSocket, overRest), weight: 1 },
);

type Columns = Parameters<typeof named>[0];

/** A table has one BLOB at most (protocol.md §3.6). */
function oneBlob(columns: Columns): Columns {
  const first = columns.findIndex(({ type }) => type === "blob");
  return columns.filter(({ type }, i) => type !== "blob" || i === first);
}

const columns = fc.array(tableColumn, { minLength: 1, maxLength: 8, size: "max" }).map(oneBlob);
const common = { startSeconds, gap: fc.integer({ min: 1, max: 100_000 }), columns, reads };

const normal: fc.Arbitrary<Scenario> = fc.record({ ...common, writes: writes(tableWays) }).map(
  ({ columns, ...rest }) => ({ ...rest, columns: named(columns), tags: null, children: 1 }),
);

const tags = fc.oneof(
  { arbitrary: fc.array(tagColumn, { minLength: 1, maxLength: 3 }), weight: 3 },
  { arbitrary: jsonTag.map((tag) => [tag]), weight: 1 },
);

const spread: fc.Arbitrary<Scenario> = fc.record({
  ...common,
  tags,
  children: fc.integer({ min: 1, max: 3 }),
  writes: writes([...superWays, ...tableWays]),
}).map(({ columns, tags, ...rest }) => {
  // Tags and columns share their names.
  const all = named([...columns, ...tags]);
  return { ...rest, columns: all.slice(0, columns.length), tags: all.slice(columns.length) };
});

/** Tables of both kinds. */
export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(normal, spread);

const ticksPerSecond: Readonly<Record<Precision, bigint>> = {
  ms: 1_000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};

/** The time of a row. */
export function keyOf({ startSeconds, gap }: Scenario, row: number, precision: Precision): bigint {
  return BigInt(startSeconds) * ticksPerSecond[precision] + BigInt(row) * BigInt(gap);
}

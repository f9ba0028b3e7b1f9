/**
 * The recordings in test/golden/blocks, and how a decoded cell is compared with the server's own rendering.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { Precision } from "../../src/types.ts";

const folder = new URL("../golden/blocks/", import.meta.url);

/** The server's reply to `binary_query`, as far as tests read it. */
export interface RecordedReply {
  code: number;
  fields_names: string[];
  fields_types: number[];
  fields_lengths: number[];
  fields_precisions: number[];
  fields_scales: number[];
  precision: number;
}

/** One recorded query. */
export interface GoldenCase {
  name: string;
  reply: RecordedReply;
  precision: Precision;
  blocks: Uint8Array[];
  /** Type names of the columns as REST tells them. */
  types: string[];
  /** Rows as REST renders them; integers of 16 digits and more are `"@" + digits`. */
  rows: unknown[][];
}

/** Reads a file of test/golden/blocks. */
export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

function goldenText(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}

/** Parses REST JSON without losing digits of large integers. */
export function parseExactly(text: string): unknown {
  const guarded = text.replace(
    /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g,
    (token) => token.startsWith('"') ? token : `"@${token}"`,
  );
  return JSON.parse(guarded);
}

/** Reads one recorded query. */
export function goldenCase(name: string): GoldenCase {
  const { reply, blocks } = JSON.parse(goldenText(`${name}.json`)) as {
    reply: RecordedReply;
    blocks: string[];
  };
  const rest = parseExactly(goldenText(`${name}.rest.json`)) as {
    column_meta?: [string, string, number][];
    data?: unknown[][];
  };
  return {
    name,
    reply,
    precision: (["ms", "us", "ns"] as const)[reply.precision] ?? "ms",
    blocks: (blocks ?? []).map(goldenBytes),
    types: (rest.column_meta ?? []).map(([, type]) => type),
    rows: rest.data ?? [],
  };
}

/** Reads all recorded queries that gave blocks. */
export function goldenCases(): GoldenCase[] {
  const index = JSON.parse(goldenText("index.json")) as { name: string }[];
  return index.map(({ name }) => goldenCase(name)).filter(({ blocks }) => blocks.length > 0);
}

const digits: Record<Precision, number> = { ms: 3, us: 6, ns: 9 };

/** Ticks of an RFC 3339 text, by other means than the codec's. */
export function ticksOf(text: string, precision: Precision): bigint {
  const [, head, fraction = "", zone] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text)!;
  const seconds = BigInt(Date.parse(`${head}${zone}`) / 1000);
  const count = digits[precision];
  return seconds * 10n ** BigInt(count) + BigInt(fraction.padEnd(count, "0").slice(0, count));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Whether a cell, decoded with `timestamp: "bigint"` and `json: "text"`, is what the server shows.
 *
 * @param nonFinite REST shows NaN and the infinities as null; a query with such values says so.
 */
export function isSameCell(
  type: string,
  expected: unknown,
  actual: unknown,
  precision: Precision,
  nonFinite = false,
): boolean {
  if (expected === null) {
    return actual === null || (type === "JSON" && actual === "null") ||
      (nonFinite && typeof actual === "number" && !Number.isFinite(actual));
  }
  if (actual === null) return false;
  const wanted = typeof expected === "string" && expected.startsWith("@")
    ? BigInt(expected.slice(1))
    : expected;
  switch (type) {
    case "TIMESTAMP":
      return actual === ticksOf(wanted as string, precision);
    case "BIGINT":
    case "BIGINT UNSIGNED":
      return typeof actual === "bigint" && actual === BigInt(wanted as number | bigint);
    case "FLOAT":
      return actual === Math.fround(wanted as number);
    case "VARBINARY":
    case "GEOMETRY":
    case "BLOB":
      return actual instanceof Uint8Array && hex(actual) === wanted;
    case "JSON":
      return JSON.stringify(JSON.parse(actual as string)) === JSON.stringify(wanted);
    default:
      return actual === wanted;
  }
}

/**
 * How fast bodies of the REST interface become columns, beside `JSON.parse` and a loop over what it gives. Both start
 * from the same bytes and end with the same columns; `JSON.parse` alone cannot keep 64-bit integers.
 *
 *     bun test/bench/rest_main.ts
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import type { Codec } from "../../src/codec/codec.ts";
import { initCodec } from "../../src/codec/load.ts";
import type { Measurement } from "./decode.ts";
import { undisturbed } from "./undisturbed.ts";

interface Body {
  name: string;
  bytes: Uint8Array;
  rows: number;
}

interface Contender {
  name: string;
  run(bytes: Uint8Array): unknown;
}

const warmUpRounds = 15;
const rounds = 21;
/** What a `fetch` usually delivers at a time. */
const chunkBytes = 65_536;
const wideRows = 20_000;
/** Results are kept here, so that no work can be left out. */
export let sink: unknown;

/** 12,000 rows of a recorded result: two timestamps or texts, floats, integers. */
function recordedBody(): Body {
  const bytes = new Uint8Array(
    readFileSync(pathToFileURL("test/golden/blocks/meters_12000.rest.json")),
  );
  return { name: "meters", bytes, rows: 12_000 };
}

/** Rows with every kind of cell, 64-bit integers among them. */
function mixedBody(): Body {
  const meta = [
    ["ts", "TIMESTAMP", 8],
    ["id", "BIGINT", 8],
    ["d", "DOUBLE", 8],
    ["f", "FLOAT", 4],
    ["ok", "BOOL", 1],
    ["price", "DECIMAL(18,4)", 8],
    ["place", "NCHAR", 16],
  ];
  const rows = Array.from({ length: wideRows }, (_, i) => {
    const ts = new Date(1_700_000_000_000 + 37 * i).toISOString().replace("Z", "001Z");
    const sensor = Math.sin(i) * 100;
    return `["${ts}",${9_007_199_254_740_993n + BigInt(i)},${sensor},${Math.fround(i / 8)},${
      i % 3 === 0
    },` +
      `"${(i / 7).toFixed(4)}",${i % 10 === 0 ? "null" : `"Zürich ${i % 100}"`}]`;
  });
  const text = `{"code":0,"column_meta":${JSON.stringify(meta)},"data":[${
    rows.join(",")
  }],"rows":${wideRows}}`;
  return { name: "mixed", bytes: new TextEncoder().encode(text), rows: wideRows };
}

function parseExact(codec: Codec, bytes: Uint8Array): unknown {
  const parser = codec.openRest();
  const batches = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    parser.feed(bytes.subarray(at, at + chunkBytes));
    for (let batch = parser.next(); batch !== null; batch = parser.next()) batches.push(batch);
  }
  const { reply } = parser;
  parser.free();
  return [batches, reply];
}

type Cells = readonly (string | number | boolean | null)[][];

function ticksOf(text: string): bigint {
  const point = text.indexOf(".");
  const fraction = text.slice(point + 1, -1);
  return BigInt(Date.parse(`${text.slice(0, point)}Z`) / 1000) * BigInt(10 ** fraction.length) +
    BigInt(fraction);
}

/** A column of what `JSON.parse` gave, with the loops that anybody would write. */
function plainColumn(type: string, rows: Cells, index: number): unknown {
  const fill = <T extends { [row: number]: unknown }>(
    values: T,
    convert: (cell: never) => T[number],
  ): T => {
    for (let row = 0; row < rows.length; row++) {
      const cell = rows[row]![index] as never;
      if (cell !== null) values[row] = convert(cell);
    }
    return values;
  };
  switch (type) {
    case "TIMESTAMP":
      return fill(new BigInt64Array(rows.length), ticksOf);
    case "BIGINT":
      return fill(new BigInt64Array(rows.length), (cell: number) => BigInt(cell));
    case "INT":
      return fill(new Int32Array(rows.length), (cell: number) => cell);
    case "FLOAT":
      return fill(new Float32Array(rows.length), (cell: number) => cell);
    case "DOUBLE":
      return fill(new Float64Array(rows.length), (cell: number) => cell);
    case "BOOL":
      return fill(new Uint8Array(rows.length), (cell: boolean) => Number(cell));
    default:
      return fill(new Array<unknown>(rows.length).fill(null), (cell: string) => cell);
  }
}

function parsePlain(bytes: Uint8Array): unknown {
  const body = JSON.parse(new TextDecoder().decode(bytes)) as {
    column_meta: [string, string][];
    data: Cells;
  };
  return body.column_meta.map(([, type], index) => plainColumn(type, body.data, index));
}

/** Seconds a run takes, in interleaved rounds. */
function secondsPerRun(contenders: readonly Contender[], bytes: Uint8Array): number[] {
  const samples = contenders.map(() => [] as number[]);
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    contenders.forEach(({ run }, i) => {
      const start = performance.now();
      sink = run(bytes);
      if (round >= warmUpRounds) samples[i]!.push((performance.now() - start) / 1000);
    });
  }
  return samples.map(undisturbed);
}

/** Parses bodies over and over. */
export async function benchRest(): Promise<Measurement[]> {
  const codec = await initCodec();
  const contenders: Contender[] = [
    { name: "REST to columns", run: (bytes) => parseExact(codec, bytes) },
    { name: "JSON.parse + loop", run: parsePlain },
    { name: "JSON.parse alone", run: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) },
  ];
  return [recordedBody(), mixedBody()].flatMap(({ name, bytes, rows }) => {
    const seconds = secondsPerRun(contenders, bytes);
    const rates = contenders.map((contender, i) => ({
      name: `${name}: ${contender.name}`,
      value: rows / seconds[i]!,
      unit: "rows/s",
    }));
    const ratio = {
      name: `${name}: REST to columns : JSON.parse + loop`,
      value: seconds[1]! / seconds[0]!,
      unit: "times",
    };
    const speed = {
      name: `${name}: REST to columns`,
      value: bytes.length / seconds[0]! / 1e6,
      unit: "MB/s",
    };
    return [...rates, speed, ratio];
  });
}

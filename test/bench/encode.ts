/**
 * How fast columns become a `stmt2_bind` frame, beside `JSON.stringify` of the same values.
 *
 * @module
 */
import type { Codec } from "../../src/codec/codec.ts";
import { initCodec } from "../../src/codec/load.ts";
import { DataType, type DataTypeName, dataTypeNames } from "../../src/data_type.ts";
import { type Columns, convertRows, nameSource } from "../../src/statements/bound_tables.ts";
import { encodeBindRequest } from "../../src/statements/encode.ts";
import type { Placeholder } from "../../src/transports/transport.ts";
import type { Measurement } from "./decode.ts";
import { undisturbed } from "./undisturbed.ts";

const rows = 10_000;
const rounds = 41;
/** Keeps results, so that no work can be left out. */
export let sink: unknown;

/** A column's placeholder. */
export function placeholder(name: string, typeCode: number, length = 0): Placeholder {
  const type: DataTypeName = dataTypeNames[typeCode]!;
  return {
    role: "column",
    precision: typeCode === DataType.TIMESTAMP ? "ms" : null,
    field: { name, type, typeCode, length },
  };
}

const placeholders = [
  placeholder("ts", DataType.TIMESTAMP),
  placeholder("current", DataType.FLOAT),
  placeholder("voltage", DataType.INT),
  placeholder("phase", DataType.DOUBLE),
  placeholder("ok", DataType.BOOL),
  placeholder("location", DataType.VARCHAR, 24),
];

function plainColumns(): Record<string, unknown[]> {
  const column = <T>(value: (row: number) => T) =>
    Array.from({ length: rows }, (_, row) => value(row));
  return {
    ts: column((row) => 1_700_000_000_000n + BigInt(row)),
    current: column((row) => Math.fround(10 + (row % 100) / 7)),
    voltage: column((row) => 200 + row % 20),
    phase: column((row) => (row % 1000) / 1000),
    ok: column((row) => row % 3 === 0),
    location: column((row) => `California.SF${row % 10}`),
  };
}

function typedColumns(plain: Record<string, unknown[]>): Columns {
  return {
    ...plain,
    ts: BigInt64Array.from(plain["ts"] as bigint[]),
    current: Float32Array.from(plain["current"] as number[]),
    voltage: Int32Array.from(plain["voltage"] as number[]),
    phase: Float64Array.from(plain["phase"] as number[]),
  };
}

function encode(columns: Columns, codec: Codec): Uint8Array {
  const values = placeholders.map(({ field }) => columns[field.name]!);
  const request = {
    names: nameSource(["d1"], codec),
    counts: Uint32Array.of(rows),
    order: null,
    tags: [],
    columns: convertRows(placeholders, values, [0, rows], codec, { isSentNow: true }),
  };
  return encodeBindRequest(request, placeholders, codec);
}

/** Measures encoding; JSON has no bigint, so its timestamps are numbers. */
export async function benchEncode(): Promise<Measurement[]> {
  const codec = await initCodec();
  const plain = plainColumns();
  const typed = typedColumns(plain);
  const json = { ...plain, ts: (plain["ts"] as bigint[]).map(Number) };
  const contenders: [string, () => unknown][] = [
    ["encode plain arrays", () => encode(plain, codec)],
    ["encode typed arrays", () => encode(typed, codec)],
    ["JSON.stringify", () => JSON.stringify(json)],
  ];
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    contenders.forEach(([, run], i) => {
      const start = performance.now();
      for (let n = 0; n < 5; n++) sink = run();
      if (round >= 10) samples[i]!.push((performance.now() - start) / 5);
    });
  }
  const speeds = samples.map((times) => rows / undisturbed(times) * 1000);
  return [
    ...contenders.map(([name], i) => ({ name, value: speeds[i]!, unit: "rows/s" })),
    ...[0, 1].map((i) => ({
      name: `${contenders[i]![0]} : JSON.stringify`,
      value: speeds[i]! / speeds[2]!,
      unit: "times",
    })),
  ];
}

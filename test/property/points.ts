/**
 * Generated points of the three schemaless formats.
 *
 * @module
 */
import fc from "fast-check";
import { json, line, type Point, type Precision, telnet } from "../../mod.ts";
import { type Cell, type Column, columnOf, named, pointText } from "./column_types.ts";

/** A super table that points make, and how they come. */
export interface PointScenario {
  readonly protocol: "line" | "telnet" | "json";
  /** Time of the first point, in milliseconds since 1970. */
  readonly startMs: number;
  readonly gap: number;
  /** Fields of a line; the value of the other formats. */
  readonly fields: readonly Column[];
  /** Values of the tag; the points are dealt over them. */
  readonly tags: readonly string[];
  /** Numbers of points written at once. */
  readonly writes: readonly number[];
  readonly reads: readonly string[];
}

/** What a format has no way to say is left out. */
function sayable(text: string, refused: RegExp): string {
  return text.replace(refused, "").replace(/\\+$/, "");
}

const refusedInTexts = { line: /[\n\0]/g, telnet: /[\n\0 ]/g, json: /\0/g } as const;
const refusedInTags = { line: /[\n\0]/g, telnet: /[\n\0 =]/g, json: /\0/g } as const;

type Protocol = PointScenario["protocol"];

const fixedTypes = [
  ...["bool", "tinyint", "smallint", "int", "bigint", "float", "double"] as const,
  ...["tinyint unsigned", "smallint unsigned", "int unsigned", "bigint unsigned"] as const,
];
const fieldTypes = {
  line: [...fixedTypes, "varchar", "nchar", "varbinary", "geometry"],
  telnet: [...fixedTypes, "varchar", "nchar", "varbinary"],
  json: [...fixedTypes.filter((type) => !type.includes("unsigned")), "varchar", "nchar"],
} as const;

/** A cell as a format can say it. */
function fieldCell(cell: Cell, column: Omit<Column, "name">, protocol: Protocol): Cell {
  if (typeof cell === "string") return cell.replace(refusedInTexts[protocol], "");
  if (typeof cell === "number" && !Number.isFinite(cell)) return 1.5;
  if (typeof cell !== "bigint") return column.type === "float" ? Math.fround(cell as number) : cell;
  // The server reads all numbers of JSON as doubles.
  return protocol === "json" ? BigInt.asIntN(53, cell) : cell;
}

function scenarioOf(
  protocol: Protocol,
  reads: fc.Arbitrary<string[]>,
): fc.Arbitrary<PointScenario> {
  const field = columnOf(fieldTypes[protocol], protocol === "line").map((column) => ({
    ...column,
    cells: column.cells.map((cell) =>
      cell === null || cell === undefined ? null : fieldCell(cell, column, protocol)
    ),
  }));
  const tag = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map((text) =>
    sayable(text, refusedInTags[protocol]) || "x"
  );
  return fc.record({
    protocol: fc.constant(protocol),
    startMs: fc.integer({ min: 1, max: 1_700_000_000_000 }),
    gap: fc.integer({ min: 1, max: 100_000 }),
    fields: fc.array(field, { minLength: 1, maxLength: protocol === "line" ? 6 : 1 }).map(named),
    tags: fc.uniqueArray(tag, { minLength: 1, maxLength: 3 }),
    writes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8, size: "max" }),
    reads,
  });
}

/** Scenarios of all formats. */
export function pointScenarios(reads: fc.Arbitrary<string[]>): fc.Arbitrary<PointScenario> {
  return fc.oneof(
    scenarioOf("line", reads),
    scenarioOf("telnet", reads),
    scenarioOf("json", reads),
  );
}

const ticksPerMs: Readonly<Record<Precision, bigint>> = { ms: 1n, us: 1_000n, ns: 1_000_000n };

/** Types by the names that points give them. */
const pointTypes = {
  tinyint: "i8",
  smallint: "i16",
  int: "i32",
  bigint: "i64",
  "tinyint unsigned": "u8",
  "smallint unsigned": "u16",
  "int unsigned": "u32",
  "bigint unsigned": "u64",
  float: "f32",
  double: "f64",
  varchar: "varchar",
  nchar: "nchar",
  varbinary: "varbinary",
  geometry: "geometry",
} as const;

/** Name of the tag; telnet has no spaces. */
export const tagNames = { line: "the tag", telnet: "the_tag", json: "the tag" } as const;

/** One point and the row it makes. */
export interface GeneratedPoint {
  readonly point: Point;
  readonly tag: string;
  readonly ticks: bigint;
  readonly cells: readonly Cell[];
}

/** Makes the point of a number. */
export function pointOf(
  { protocol, startMs, gap, fields, tags }: PointScenario,
  table: string,
  number: number,
  precision: Precision,
): GeneratedPoint {
  const cells = fields.map(({ cells }) => cells[number % cells.length]);
  const tag = tags[number % tags.length]!;
  // Telnet has milliseconds; a double, which JSON's numbers are, has microseconds.
  const finest = protocol === "telnet"
    ? "ms"
    : protocol === "json" && precision === "ns"
    ? "us"
    : precision;
  const at = BigInt(startMs) * ticksPerMs[finest] + BigInt(number) * BigInt(gap);
  const given = cells.map((cell, i) =>
    fields[i]!.type === "geometry" && cell instanceof Uint8Array ? pointText(cell) : cell
  ) as (string | null)[];
  const typeOf = (i: number) => pointTypes[fields[i]!.type as keyof typeof pointTypes] as "varchar";
  let point: Point;
  if (protocol === "line") {
    const fielded = line.point(table).field("number", number, "i32");
    given.forEach((cell, i) => fielded.field(fields[i]!.name, cell, typeOf(i)));
    point = fielded;
  } else {
    const builder = protocol === "telnet" ? telnet : json;
    point = builder.point(table).value(given[0]!, typeOf(0));
  }
  return {
    point: point.tag(tagNames[protocol], tag).at(at, finest),
    tag,
    ticks: at * (ticksPerMs[precision] / ticksPerMs[finest]),
    cells,
  };
}

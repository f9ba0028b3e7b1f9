/**
 * Points → text, one call into the codec a batch.
 *
 * @module
 */
import { isWellFormed } from "../internal/text.ts";
import type { Codec } from "../codec/codec.ts";
import type { CodecFault } from "../codec/bindings.ts";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import type { LinePrecision, LineProtocol } from "../transports/transport.ts";
import type { Point, PointParts } from "./point.ts";

/** The text of a batch of points. */
export interface PointText {
  /** The format. */
  readonly protocol: LineProtocol;
  /** Unit of the times; undefined where the format tells it itself. */
  readonly precision: LinePrecision | undefined;
  /** The text. */
  readonly data: string;
}

const protocolCodes: Readonly<Record<LineProtocol, number>> = { line: 1, telnet: 2, json: 3 };
/** Units from coarse to fine, with nanoseconds in each. */
const nanoseconds: Readonly<Record<LinePrecision, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
};
const maxTicks = 2n ** 63n - 1n;
/** Numbers of units in a request to the codec. */
const unitCodes = { none: 0, s: 1, ms: 2, us: 3, ns: 4, asTold: 5 } as const;

interface Time {
  readonly unit: number;
  readonly digits: string;
}

const serverClock: Time = { unit: unitCodes.none, digits: "" };

/**
 * Writes points as text. All must be of one format. Of the line protocol the finest unit of their times is used.
 *
 * @param points The points.
 * @param codec The codec, of `initCodec()`.
 * @returns The text, with what `writeLines` has to be told about it.
 * @throws {InterfaceError} Naming the point and the tag or field that the format cannot express.
 * @example
 * ```ts
 * import { formatPoints, initCodec, line } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const point = line.point("weather").tag("city", "Bad Homburg").field("note", 'say "hi"').at(17n, "ms");
 * const { data, precision } = formatPoints([point], await initCodec());
 * equal(data, 'weather,city=Bad\\ Homburg note="say \\"hi\\"" 17');
 * equal(precision, "ms");
 * ```
 */
export function formatPoints(points: readonly Point[], codec: Codec): PointText {
  const protocol = points[0]?.protocol ?? "line";
  const parts = points.map((point, index) => {
    if (point.protocol === protocol) return point.parts;
    throw new InterfaceError(
      `point ${index} is of the format ${point.protocol}, the ones before it of ${protocol}`,
    );
  });
  const precision = protocol === "line" ? finest(parts) : undefined;
  const words: number[] = [];
  const texts: string[] = [];
  parts.forEach((point, index) => {
    const time = timeOf(protocol, point, precision, index);
    words.push(
      point.table.length,
      point.tags.size,
      point.fields.size,
      time.unit,
      time.digits.length,
    );
    texts.push(point.table);
    for (const group of [point.tags, point.fields]) {
      for (const [name, { typeCode, text }] of group) {
        if (protocol === "json" && typeCode === DataType.BIGINT) {
          requireExact(text, `${place(point, index)}, ${what(name)}`);
        }
        words.push(typeCode, name.length, text.length);
        texts.push(name, text);
      }
    }
    texts.push(time.digits);
  });
  const text = texts.join("");
  if (!isWellFormed(text)) throw malformed(parts);
  const refusal = (fault: CodecFault) => refused(fault, parts);
  const data = codec.formatLines(protocolCodes[protocol], Uint32Array.from(words), text, refusal);
  return { protocol, precision, data };
}

/** The finest unit of the points' times; nanoseconds, the server's own default, when none has a time. */
function finest(points: readonly PointParts[]): LinePrecision {
  let found: LinePrecision | undefined;
  for (const { time } of points) {
    if (
      time !== undefined &&
      (found === undefined || nanoseconds[time.precision] < nanoseconds[found])
    ) {
      found = time.precision;
    }
  }
  return found ?? "ns";
}

function timeOf(
  protocol: LineProtocol,
  point: PointParts,
  precision: LinePrecision | undefined,
  index: number,
): Time {
  const { time } = point;
  if (time === undefined) return serverClock;
  const refuse = (reason: string) =>
    new InterfaceError(`${place(point, index)}, the time ${reason}`);
  const inUnit = (unit: LinePrecision): bigint => {
    const ns = time.ticks * nanoseconds[time.precision];
    if (ns % nanoseconds[unit] !== 0n) {
      throw refuse(`is finer than ${unit}, which this format cannot say`);
    }
    return ns / nanoseconds[unit];
  };
  if (precision !== undefined) {
    const ticks = inUnit(precision);
    if (ticks > maxTicks) {
      throw refuse(`does not fit 64 bits in ${precision}, the finest unit among the points`);
    }
    return { unit: unitCodes.asTold, digits: ticks.toString() };
  }
  if (protocol === "telnet") {
    // The server tells the unit by the number of digits, leading zeros included.
    const digits = inUnit("ms").toString().padStart(13, "0");
    if (digits.length > 13) throw refuse("has more than 13 digits in milliseconds");
    return { unit: unitCodes.ms, digits };
  }
  const unit = time.precision === "h" || time.precision === "m" ? "s" : time.precision;
  const digits = inUnit(unit).toString();
  requireExact(digits, `${place(point, index)}, the time`);
  return { unit: unitCodes[unit], digits };
}

/** The server reads the numbers of JSON as doubles. */
function requireExact(digits: string, subject: string): void {
  if (BigInt(Number(digits)) === BigInt(digits)) return;
  throw new InterfaceError(
    `${subject} is not exact as a double, which is what the server reads in JSON`,
  );
}

function place({ table }: PointParts, index: number): string {
  return `point ${index} (${table.slice(0, 64)})`;
}

function what(name: string): string {
  return name === "" ? "the value" : JSON.stringify(name);
}

function malformed(points: readonly PointParts[]): InterfaceError {
  const index = points.findIndex(({ table, tags, fields }) =>
    ![table, ...[...tags, ...fields].flatMap(([name, { text }]) => [name, text])].every(
      isWellFormed,
    )
  );
  return new InterfaceError(
    `${place(points[index]!, index)} has half a surrogate pair, which no text can hold`,
  );
}

function refused(
  { message, row, column }: CodecFault,
  points: readonly PointParts[],
): InterfaceError {
  const point = points[row];
  const reason = message.replace(/, (column|row) \d+/g, "");
  if (point === undefined) return new InterfaceError(reason);
  const { tags, fields } = point;
  const names = [
    ...[...tags.keys()].map((name) => `tag ${JSON.stringify(name)}`),
    ...[...fields.keys()].map((name) =>
      name === "" ? "the value" : `field ${JSON.stringify(name)}`
    ),
  ];
  return new InterfaceError(
    `${place(point, row)}, ${names[column] ?? "the table's name"}: ${reason}`,
  );
}

/**
 * `writeLines`: what callers give → one request.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { InterfaceError } from "../errors.ts";
import { nearest } from "../internal/nearest.ts";
import type {
  LineExecution,
  LinePrecision,
  LineProtocol,
  LineRequest,
} from "../transports/transport.ts";
import type { RequestOptions } from "../types.ts";
import { formatPoints, type PointText } from "./format_points.ts";
import { countLines, countRows, joinLines, offendingLine } from "./line_text.ts";
import { Point, requirePrecision } from "./point.ts";

/** Options of `writeLines` for points, which say format and unit themselves. */
export interface PointOptions extends RequestOptions {
  /** Days that tables made by this call live. Default: for ever. */
  ttlDays?: number;
  /** Tag whose value becomes the child table's name instead of being stored. Needs a server of version 3.3.3. */
  tableNameKey?: string;
}

/** Options of `writeLines` for text. */
export interface LineOptions extends PointOptions {
  /** The text's format: InfluxDB line protocol, OpenTSDB telnet lines, or OpenTSDB JSON. */
  protocol: LineProtocol;
  /**
   * Unit of the times in the line protocol. Default `"ns"`. The other formats tell it themselves (telnet and JSON by
   * 10 or 13 digits, JSON also by `type`) and take none.
   */
  precision?: LinePrecision;
}

/** What `writeLines` wrote: all of it. */
export interface LineResult {
  /**
   * Rows written. Over REST, whose answer has no number in it, they are counted here: a row that another one of the
   * same request overwrites counts too.
   */
  affectedRows: number;
  /** Lines in the request, without comments; of JSON, where the server counts lines of text, the rows written. */
  totalRows: number;
  /** Id of the request. */
  reqId: bigint;
}

/** Text for `writeLines`: one text, or a list of lines or JSON texts and objects. */
export type LineText = string | readonly (string | object)[];

const optionNames = [
  "protocol",
  "precision",
  "ttlDays",
  "tableNameKey",
  "reqId",
  "signal",
  "timeoutMs",
];
const protocols: readonly LineProtocol[] = ["line", "telnet", "json"];
const maxTtlDays = 2 ** 31 - 1;

/**
 * Makes the request for lines or points.
 *
 * @param lines What the caller gave.
 * @param options The options of the call.
 * @param codec Writes points as text.
 * @returns The request; null when there is nothing to write.
 * @throws {InterfaceError} Naming what cannot be sent, and the option that is wrong with what it may be.
 */
export function lineRequest(
  lines: LineText | Point | readonly Point[],
  options: Partial<LineOptions>,
  codec: Codec,
): LineRequest | null {
  checkOptions(options);
  const text = isPoints(lines) ? pointText(lines, options, codec) : givenText(lines, options);
  if (text.data.trim() === "") return null;
  const { ttlDays, tableNameKey } = options;
  return {
    ...text,
    ttlDays,
    tableNameKey,
    lineOf: (message) => text.protocol === "json" ? undefined : offendingLine(message, text.data),
  };
}

/** The result of a request that was carried out. */
export function lineResult(request: LineRequest, done: LineExecution, reqId: bigint): LineResult {
  const { data, protocol } = request;
  const affectedRows = done.affectedRows ?? countRows(data, protocol);
  const totalRows = protocol === "json"
    ? affectedRows
    : done.totalRows ?? countLines(data, protocol);
  return { affectedRows, totalRows, reqId };
}

function isPoints(lines: unknown): lines is Point | readonly Point[] {
  return lines instanceof Point || (Array.isArray(lines) && lines[0] instanceof Point);
}

function pointText(
  points: Point | readonly Point[],
  { protocol, precision }: Partial<LineOptions>,
  codec: Codec,
): PointText {
  const all = points instanceof Point ? [points] : points;
  const stranger = all.findIndex((point) => !(point instanceof Point));
  if (stranger >= 0) {
    throw new InterfaceError(`point ${stranger} is not a point, as the ones before it are`);
  }
  if (precision !== undefined) {
    throw new InterfaceError(
      "option precision is for text; points say the unit of their times with at()",
    );
  }
  const text = formatPoints(all, codec);
  if (protocol !== undefined && protocol !== text.protocol) {
    throw new InterfaceError(
      `option protocol is ${protocol}, but the points are of the format ${text.protocol}`,
    );
  }
  return text;
}

function givenText(lines: unknown, { protocol, precision }: Partial<LineOptions>): PointText {
  if (!protocols.includes(protocol as LineProtocol)) {
    throw new InterfaceError(`option protocol must be "line", "telnet" or "json"`);
  }
  const format = protocol as LineProtocol;
  if (precision !== undefined) {
    requirePrecision(precision);
    if (format !== "line") {
      throw new InterfaceError(
        `option precision is for the line protocol; in ${format} the times tell their unit, and the server would ignore it`,
      );
    }
  }
  if (typeof lines !== "string" && !Array.isArray(lines)) {
    throw new InterfaceError("the lines must be a string, a list of them, or points");
  }
  const data = typeof lines === "string" ? lines : joinLines(lines, format);
  return { protocol: format, precision: format === "line" ? precision ?? "ns" : undefined, data };
}

function checkOptions(options: Partial<LineOptions>): void {
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue;
    const meant = nearest(name, optionNames);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    throw new InterfaceError(`there is no option ${JSON.stringify(name)}${hint}`);
  }
  const { ttlDays, tableNameKey } = options;
  if (
    ttlDays !== undefined && !(Number.isInteger(ttlDays) && ttlDays >= 0 && ttlDays <= maxTtlDays)
  ) {
    throw new InterfaceError(`option ttlDays must be a whole number of days, 0 … ${maxTtlDays}`);
  }
  if (tableNameKey !== undefined && (typeof tableNameKey !== "string" || tableNameKey === "")) {
    throw new InterfaceError("option tableNameKey must be the name of a tag");
  }
}

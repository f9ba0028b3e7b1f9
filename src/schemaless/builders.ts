/**
 * The builders of points, one a text format.
 *
 * @module
 */
import { Point } from "./point.ts";
import type { FieldType, FieldValue } from "./point_value.ts";

/** A point of the InfluxDB line protocol: any number of tags, at least one field. Made by `line.point()`. */
export class LinePoint extends Point {
  /** Use `line.point()` instead. */
  constructor(measurement: string) {
    super("line", measurement);
  }

  /**
   * Adds a field. A column keeps the type of its first value, so a number is always DOUBLE and a bigint BIGINT unless
   * a type is given; what a column holds cannot change later.
   *
   * @param name Name of the field, at most 64 bytes.
   * @param value Its value; null and undefined leave it out. Strings are VARCHAR, `Uint8Array` is VARBINARY.
   * @param type Another type for it, such as `"i32"`, `"nchar"`, or `"geometry"` for well-known text.
   * @returns This point.
   * @throws {InterfaceError} Naming the field, when the value is not of the type or out of range.
   */
  field(name: string, value: FieldValue, type?: FieldType): this {
    return this.addField(name, value, type);
  }
}

/** A point of one of OpenTSDB's formats: at least one tag, one value. Made by `telnet.point()` or `json.point()`. */
export abstract class ValuePoint extends Point {
  /**
   * Sets the value, which goes to the column `_value`.
   *
   * @param value The value. A number is DOUBLE and a bigint BIGINT unless a type is given.
   * @param type Another type for it, such as `"i32"` or `"nchar"`.
   * @returns This point.
   * @throws {InterfaceError} When the value is not of the type or out of range, or was set before.
   */
  value(value: NonNullable<FieldValue>, type?: FieldType): this {
    return this.addField("", value, type);
  }
}

/** A point of an OpenTSDB telnet line. Made by `telnet.point()`. */
export class TelnetPoint extends ValuePoint {
  /** Use `telnet.point()` instead. */
  constructor(metric: string) {
    super("telnet", metric);
  }
}

/** A point of OpenTSDB's JSON. Made by `json.point()`. */
export class JsonPoint extends ValuePoint {
  /** Use `json.point()` instead. */
  constructor(metric: string) {
    super("json", metric);
  }
}

/** Makes points of the InfluxDB line protocol. */
export interface LineBuilder {
  /** Begins a point of a measurement, which is the super table's name. The server makes every dot in it `_`. */
  point(measurement: string): LinePoint;
}

/** Makes points of OpenTSDB telnet lines. */
export interface TelnetBuilder {
  /** Begins a point of a metric, which is the super table's name. The server makes every dot in it `_`. */
  point(metric: string): TelnetPoint;
}

/** Makes points of OpenTSDB's JSON. */
export interface JsonBuilder {
  /** Begins a point of a metric, which is the super table's name. The server makes every dot in it `_`. */
  point(metric: string): JsonPoint;
}

/**
 * Builds points of the InfluxDB line protocol. What the format cannot say is refused when they are written: line
 * feeds and NUL characters, empty tags, and a backslash as the last character of a name or tag.
 *
 * @example
 * ```ts
 * import { type Connection, line } from "@tdwire/client";
 *
 * async function report(db: Connection, celsius: number) {
 *   await db.writeLines(line.point("weather").tag("city", "Bad Homburg").field("temp", celsius).at(new Date()));
 * }
 * ```
 */
export const line: LineBuilder = { point: (measurement) => new LinePoint(measurement) };

/**
 * Builds points of OpenTSDB telnet lines. The format has no escapes: spaces are refused everywhere, and equals signs
 * in tags. Times are whole seconds or milliseconds.
 *
 * @example
 * ```ts
 * import { type Connection, telnet } from "@tdwire/client";
 *
 * async function report(db: Connection, load: number) {
 *   await db.writeLines(telnet.point("sys.cpu").tag("host", "h1").value(load).at(new Date()));
 * }
 * ```
 */
export const telnet: TelnetBuilder = { point: (metric) => new TelnetPoint(metric) };

/**
 * Builds points of OpenTSDB's JSON. The server reads all its numbers as doubles: whole numbers and nanoseconds that a
 * double cannot hold are refused. Tags that are numbers become DOUBLE tags.
 *
 * @example
 * ```ts
 * import { type Connection, json } from "@tdwire/client";
 *
 * async function report(db: Connection, load: number) {
 *   await db.writeLines(json.point("sys.cpu").tag("host", "h1").value(load).at(new Date()));
 * }
 * ```
 */
export const json: JsonBuilder = { point: (metric) => new JsonPoint(metric) };

/**
 * Points: what the builders `line`, `telnet` and `json` collect. The text is made of whole batches, in the codec.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import type { LinePrecision, LineProtocol } from "../transports/transport.ts";
import type { InstantLike } from "../types.ts";
import {
  type FieldType,
  type FieldValue,
  fieldValue,
  type PointValue,
  type TagValue,
  tagValue,
} from "./point_value.ts";

/** An instant that says its unit itself. */
export type PointTime = Date | InstantLike;

/** What a point holds, for the encoder. */
export interface PointParts {
  /** Name of the super table. */
  readonly table: string;
  /** The tags by name, in the order they were added. */
  readonly tags: ReadonlyMap<string, PointValue>;
  /** The fields by name, in the order they were added; an OpenTSDB point's only value has the name `""`. */
  readonly fields: ReadonlyMap<string, PointValue>;
  /** The time; undefined leaves it to the server's clock. */
  readonly time: { readonly ticks: bigint; readonly precision: LinePrecision } | undefined;
}

const precisions: readonly LinePrecision[] = ["h", "m", "s", "ms", "us", "ns"];

/** Throws unless it is a unit of time of the line protocol. */
export function requirePrecision(precision: unknown): LinePrecision {
  if (precisions.includes(precision as LinePrecision)) return precision as LinePrecision;
  const allowed = precisions.map((name) => JSON.stringify(name)).join(", ");
  throw new InterfaceError(`option precision must be one of ${allowed}`);
}

/** A point under construction; made by `line.point()`, `telnet.point()` or `json.point()`. */
export abstract class Point {
  /** The text format it is written in. */
  readonly protocol: LineProtocol;
  readonly #table: string;
  readonly #tags = new Map<string, PointValue>();
  readonly #fields = new Map<string, PointValue>();
  #time: PointParts["time"];

  /** Use `line.point()`, `telnet.point()` or `json.point()` instead. */
  constructor(protocol: LineProtocol, table: string) {
    if (typeof table !== "string") {
      throw new InterfaceError("the name of a point's table must be a string");
    }
    this.protocol = protocol;
    this.#table = table;
  }

  /**
   * Adds a tag. Tags name the series: points with equal tags go to one child table. The line protocol and telnet
   * make all tags text (NCHAR).
   *
   * @param name Name of the tag, at most 64 bytes.
   * @param value Its value. Empty text is refused: the server has no empty tags.
   * @returns This point.
   * @throws {InterfaceError} For a name given twice, or a value that is no tag.
   */
  tag(name: string, value: TagValue): this {
    this.#add(this.#tags, name, tagValue(name, value));
    return this;
  }

  /**
   * Sets the time. Without it, and for undefined, the server takes its own clock; points of one series and one batch
   * may then overwrite each other.
   *
   * @param time The instant. The server takes 0 for its own clock, so instants up to 1970 are refused.
   * @returns This point.
   */
  at(time: PointTime | undefined): this;
  /**
   * Sets the time in ticks.
   *
   * @param ticks Time since the Unix epoch, greater than 0.
   * @param precision Unit of the ticks.
   * @returns This point.
   */
  at(ticks: bigint | number, precision: LinePrecision): this;
  /**
   * Sets the time.
   *
   * @param time The instant, or ticks.
   * @param precision Unit of ticks.
   * @returns This point.
   */
  at(time: PointTime | bigint | number | undefined, precision?: LinePrecision): this {
    this.#time = time === undefined ? undefined : checkedTime(time, precision);
    return this;
  }

  /** What the point holds. */
  get parts(): PointParts {
    return { table: this.#table, tags: this.#tags, fields: this.#fields, time: this.#time };
  }

  /** Adds a field; null and undefined leave it out, which is NULL. */
  protected addField(name: string, value: FieldValue, type: FieldType | undefined): this {
    if (value !== null && value !== undefined) {
      this.#add(this.#fields, name, fieldValue(name, value, type));
    }
    return this;
  }

  #add(group: Map<string, PointValue>, name: string, value: PointValue): void {
    if (typeof name !== "string") {
      throw new InterfaceError("the name of a tag or field must be a string");
    }
    if (this.#tags.has(name) || this.#fields.has(name)) {
      throw new InterfaceError(`the point has ${JSON.stringify(name)} twice`);
    }
    group.set(name, value);
  }
}

function checkedTime(
  time: PointTime | bigint | number,
  precision: LinePrecision | undefined,
): NonNullable<PointParts["time"]> {
  if (typeof time === "bigint" || typeof time === "number") {
    if (typeof time === "number" && !Number.isSafeInteger(time)) {
      throw new InterfaceError("at(): ticks must be a whole number (bigint above 2^53)");
    }
    return positive(BigInt(time), requirePrecision(precision));
  }
  if (precision !== undefined) throw new InterfaceError("at(): only ticks take a precision");
  if (time instanceof Date) {
    const ms = time.getTime();
    if (Number.isNaN(ms)) throw new InterfaceError("at(): the date is invalid");
    return positive(BigInt(ms), "ms");
  }
  const ns = time?.epochNanoseconds;
  if (typeof ns !== "bigint") {
    throw new InterfaceError("at(): the time must be a Date, an Instant, or ticks");
  }
  return positive(ns, "ns");
}

function positive(ticks: bigint, precision: LinePrecision): NonNullable<PointParts["time"]> {
  if (ticks > 0n) return { ticks, precision };
  throw new InterfaceError(
    "at(): schemaless writing takes instants after 1970-01-01T00:00:00Z only",
  );
}

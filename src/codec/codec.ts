/**
 * The codec: bytes of the wire → columns, requests → bytes, and texts of instants and decimals.
 *
 * @module
 */
import { ColumnBatch } from "../batch.ts";
import type { CellFormats, ColumnContext } from "../column.ts";
import { CodecError, InterfaceError } from "../errors.ts";
import { precisionCode, ticksToMilliseconds } from "../timestamp.ts";
import type { Field, Precision } from "../types.ts";
import { defaultValueOptions, type ResolvedValueOptions } from "../value_modes.ts";
import { type BindRequest, formatBindRequest, RequestRoom } from "./bind_request.ts";
import type { Bindings } from "./bindings.ts";
import { type FaultMapper, Instance } from "./instance.ts";
import type { MessageBlock } from "./message_block.ts";
import { checkedField, readRegion, type Region, regionColumn, regionField } from "./region.ts";
import { type RestParser, RestParsers } from "./rest.ts";
import { TimeZones } from "./time_zone.ts";
import { type DecodedMessage, readMessage } from "./tmq.ts";

/** Texts are made in portions of so many values: an engine's strings have a maximum length. */
const maxTexts = 2 ** 20;
const decimalWidth = 16;
const bindHeadBytes = 30;

/** How a raw block is decoded. */
export interface DecodeOptions {
  /** Names of the columns, which a block does not have. Default: `c0`, `c1`, … */
  names?: readonly string[] | undefined;
  /** Precision of TIMESTAMP ticks, which a block does not tell. Default: `"ms"`. */
  precision?: Precision | undefined;
}

/**
 * The codec, made by `initCodec()`. Its calls are synchronous and may be made at any time, also after one of them
 * has thrown.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const codec = await initCodec();
 * equal(codec.parseTimestamp("2023-11-14T23:13:20.000001+01:00", "us"), 1_700_000_000_000_001n);
 * ```
 */
export class Codec implements CellFormats {
  readonly #instance: Instance;
  readonly #timeZones = new TimeZones();
  readonly #restParsers: RestParsers;
  readonly #room = new RequestRoom();

  /**
   * Use `initCodec()` instead.
   *
   * @param module The compiled module.
   * @param instantiate Makes an instance of it.
   */
  constructor(module: WebAssembly.Module, instantiate: (module: WebAssembly.Module) => Bindings) {
    this.#instance = new Instance(module, instantiate);
    this.#restParsers = new RestParsers(() => instantiate(module), this);
  }

  /**
   * Decodes a raw block, as `fetch_raw_block` and `taos_fetch_raw_block` give it.
   *
   * @param bytes The whole block. It is read during the call only.
   * @param options What the block itself does not tell.
   * @returns The columns, in memory of their own.
   * @throws {CodecError} When the bytes are no block; it tells the offset, the bytes needed and those available.
   * @throws {InterfaceError} For a wrong number of names, an unknown precision, or what is not a `Uint8Array`.
   */
  decodeBlock(bytes: Uint8Array, options: DecodeOptions = {}): ColumnBatch {
    const { names, precision = "ms" } = options;
    precisionCode(precision);
    const region = readRegion(this.decodeRegion(bytes));
    const count = region.columns.length;
    if (names !== undefined && names.length !== count) {
      throw new InterfaceError(
        `the block has ${count} columns, but there are ${names.length} names`,
      );
    }
    const fields = region.columns.map((column, i) => regionField(column, names?.[i] ?? `c${i}`));
    return this.#batch(region, fields, precision, defaultValueOptions);
  }

  /**
   * Decodes a block of a result whose fields the server has announced.
   *
   * @param bytes The whole block.
   * @param fields The fields; a DECIMAL's digits are taken from the block.
   * @param precision Precision of TIMESTAMP ticks.
   * @param values How the batch shows cells. Default: the documented defaults.
   * @returns The columns, in memory of their own.
   * @throws {CodecError} When the bytes are no block, or its columns are not the ones announced.
   */
  decode(
    bytes: Uint8Array,
    fields: readonly Field[],
    precision: Precision,
    values: ResolvedValueOptions = defaultValueOptions,
  ): ColumnBatch {
    return this.readRegion(this.decodeRegion(bytes), fields, precision, values);
  }

  /**
   * The first half of {@linkcode Codec.decode}, which needs nothing but the bytes and may be done in another thread.
   *
   * @param bytes The whole block.
   * @returns The block's batch region (`decodeBlock` in bindings.ts), in memory of its own.
   * @throws {CodecError} When the bytes are no block.
   */
  decodeRegion(bytes: Uint8Array): Uint8Array {
    requireBytes(bytes, "a block");
    return this.#instance.call((bindings) => bindings.decodeBlock(bytes));
  }

  /**
   * The second half of {@linkcode Codec.decode}: makes views, and copies nothing.
   *
   * @param bytes What {@linkcode Codec.decodeRegion} has given.
   * @param fields The fields; a DECIMAL's digits are taken from the block.
   * @param precision Precision of TIMESTAMP ticks.
   * @param values How the batch shows cells. Default: the documented defaults.
   * @returns The columns.
   * @throws {CodecError} When its columns are not the ones announced.
   */
  readRegion(
    bytes: Uint8Array,
    fields: readonly Field[],
    precision: Precision,
    values: ResolvedValueOptions = defaultValueOptions,
  ): ColumnBatch {
    const region = readRegion(bytes);
    const count = region.columns.length;
    if (fields.length !== count) {
      throw new CodecError(`${fields.length} columns were announced, but the block has ${count}`);
    }
    const checked = region.columns.map((column, i) => checkedField(column, fields[i]!));
    return this.#batch(region, checked, precision, values);
  }

  /**
   * Decodes the payload of a subscription's message, as `fetch_raw_data` and `tmq_get_raw` give it (raw types 2 and 4).
   *
   * @param bytes The whole payload. It is read during the call only.
   * @returns The blocks, each with its table and in memory of its own.
   * @throws {CodecError} When the bytes are no payload; it tells the offset, the bytes needed and those available.
   * @throws {InterfaceError} For what is not a `Uint8Array`.
   */
  decodeTmq(bytes: Uint8Array): MessageBlock[] {
    return this.decodeMessage(bytes, 0).blocks;
  }

  /**
   * As {@linkcode Codec.decodeTmq}, with what the frame around the payload tells.
   *
   * @param bytes The whole payload.
   * @param rawType 2 or 4; 0 when it is not known.
   * @param values How the blocks show cells. Default: the documented defaults.
   * @returns The blocks, and where the next message begins.
   */
  decodeMessage(
    bytes: Uint8Array,
    rawType: number,
    values: ResolvedValueOptions = defaultValueOptions,
  ): DecodedMessage {
    requireBytes(bytes, "a payload");
    const region = this.#instance.call((bindings) => bindings.decodeTmq(bytes, rawType));
    return readMessage(region, bytes, values, this);
  }

  /**
   * Encodes values into the payload of a `stmt2_bind` (protocol.md §4.1).
   *
   * @param bind Table names, tags and columns.
   * @returns The payload, without the 30-byte head of its frame.
   * @throws {CodecError} When a value cannot be sent; it names column and row.
   */
  encodeBind(bind: BindRequest): Uint8Array {
    return this.encodeBindRequest(bind).slice(bindHeadBytes);
  }

  /**
   * Encodes a bind request into a whole `stmt2_bind` frame.
   *
   * @param bind Table names, tags and columns.
   * @param refusal Makes the error when a value cannot be sent. Default: a {@linkcode CodecError}.
   * @returns The frame; its request and statement id are 0.
   * @throws What `refusal` makes.
   */
  encodeBindRequest(bind: BindRequest, refusal?: FaultMapper): Uint8Array {
    const request = formatBindRequest(bind, this.#room);
    return this.#instance.call((bindings) => bindings.encodeBind(request), refusal);
  }

  /**
   * Encodes a `binary_query` frame.
   *
   * @param reqId Request id, 0 … 2^64 − 1.
   * @param sql The statement.
   * @returns The frame.
   * @throws {RangeError} When the id does not fit.
   */
  encodeQuery(reqId: bigint, sql: string): Uint8Array {
    requireUnsigned(reqId, "the request id");
    return this.#instance.call((bindings) => bindings.encodeQuery(reqId, sql));
  }

  /**
   * Encodes a `fetch_raw_block` frame.
   *
   * @param reqId Request id, 0 … 2^64 − 1.
   * @param resultId The server's id of the result.
   * @returns The frame.
   * @throws {RangeError} When an id does not fit.
   */
  encodeFetch(reqId: bigint, resultId: bigint): Uint8Array {
    requireUnsigned(reqId, "the request id");
    requireUnsigned(resultId, "the result id");
    return this.#instance.call((bindings) => bindings.encodeFetch(reqId, resultId));
  }

  /**
   * Formats an instant as RFC 3339 text with all digits of its precision.
   *
   * @param ticks Time since the Unix epoch, in units of `precision`.
   * @param precision Precision of `ticks`.
   * @param timeZone IANA time zone. An offset with seconds, of the time before standard time, is rounded to minutes:
   * the text still names the same instant. Default: UTC, written `Z`.
   * @returns The text.
   * @throws {InterfaceError} For an unknown time zone or precision.
   * @throws {RangeError} When the ticks do not fit 64 bits; with a time zone other than UTC also when the instant is
   * out of a `Date`'s range.
   */
  formatTimestamp(ticks: bigint, precision: Precision, timeZone?: string): string {
    const code = precisionCode(precision);
    requireSigned(ticks);
    const offset = timeZone === undefined || timeZone === "UTC"
      ? 0
      : this.#timeZones.offsetSeconds(timeZone, ticksToMilliseconds(ticks, precision));
    return this.#instance.call((bindings) => bindings.formatTimestamp(ticks, code, offset));
  }

  /**
   * Formats many instants as RFC 3339 texts in UTC.
   *
   * @param ticks Time since the Unix epoch, in units of `precision`.
   * @param precision Precision of `ticks`.
   * @returns One text a tick.
   */
  formatTimestamps(ticks: BigInt64Array, precision: Precision): string[] {
    const code = precisionCode(precision);
    return this.#texts(
      ticks.length,
      (bindings, from, to) => bindings.formatTimestamps(ticks.subarray(from, to), code),
    );
  }

  /**
   * Parses an RFC 3339 text.
   *
   * @param text The text, with `Z` or an offset from UTC.
   * @param precision Precision of the result; digits below it are rounded toward negative infinity.
   * @returns Time since the Unix epoch, in units of `precision`.
   * @throws {CodecError} When the text is not RFC 3339, names no instant, or the ticks do not fit 64 bits.
   */
  parseTimestamp(text: string, precision: Precision): bigint {
    const code = precisionCode(precision);
    if (typeof text !== "string") throw new InterfaceError("a timestamp must be given as text");
    return this.#instance.call((bindings) => bindings.parseTimestamp(text, code));
  }

  /**
   * Converts ticks to another precision, rounding toward negative infinity.
   *
   * @param ticks Time since the Unix epoch, in units of `from`.
   * @param from Precision of `ticks`.
   * @param to Precision of the result.
   * @returns The instant in units of `to`.
   * @throws {RangeError} When `ticks` do not fit 64 bits.
   * @throws {CodecError} When the result does not fit 64 bits.
   */
  convertTimestamp(ticks: bigint, from: Precision, to: Precision): bigint {
    const [fromCode, toCode] = [precisionCode(from), precisionCode(to)];
    requireSigned(ticks);
    return this.#instance.call((bindings) => bindings.convertTimestamp(ticks, fromCode, toCode));
  }

  /**
   * Formats decimals.
   *
   * @param values 16 bytes each: the value times 10^scale, two's complement, little endian.
   * @param scale Fraction digits, 0 … 38.
   * @returns One text a value, with all fraction digits.
   */
  formatDecimals(values: Uint8Array, scale: number): string[] {
    return this.#texts(
      values.length / decimalWidth,
      (bindings, from, to) =>
        bindings.formatDecimals(values.subarray(from * decimalWidth, to * decimalWidth), scale),
    );
  }

  /**
   * Parses the text of a decimal.
   *
   * @param text Such as `"-12.30"`.
   * @param precision Digits there may be, 1 … 38.
   * @param scale Fraction digits there may be.
   * @returns 16 bytes: the value times 10^scale, two's complement, little endian.
   * @throws {CodecError} When the text is no decimal or has too many digits.
   */
  parseDecimal(text: string, precision: number, scale: number): Uint8Array {
    return this.#instance.call((bindings) => bindings.parseDecimal(text, precision, scale));
  }

  /**
   * Writes schemaless points as text (`line::format` in wasm/codec).
   *
   * @param protocol 1 line, 2 telnet, 3 JSON.
   * @param words The points' structure.
   * @param text Their names and values, joined.
   * @param refusal Makes the error when a point cannot be written. Default: a {@linkcode CodecError}.
   * @returns The text.
   * @throws What `refusal` makes.
   */
  formatLines(protocol: number, words: Uint32Array, text: string, refusal?: FaultMapper): string {
    return this.#instance.call((bindings) => bindings.formatLines(protocol, words, text), refusal);
  }

  /**
   * Makes a parser for one body of the REST interface (`/rest/sql`).
   *
   * @returns The parser, before the first byte.
   */
  openRest(): RestParser {
    return this.#restParsers.open();
  }

  #batch(
    region: Region,
    fields: readonly Field[],
    precision: Precision,
    values: ResolvedValueOptions,
  ): ColumnBatch {
    const context: ColumnContext = { precision, values, formats: this };
    const columns = region.columns.map((column, i) =>
      regionColumn(region, column, fields[i]!, context)
    );
    return new ColumnBatch({ rowCount: region.rowCount, columns, context });
  }

  #texts(
    count: number,
    format: (bindings: Bindings, from: number, to: number) => string,
  ): string[] {
    if (count === 0) return [];
    const portion = (from: number): string[] =>
      this.#instance.call((bindings) => format(bindings, from, Math.min(from + maxTexts, count)))
        .split("\n");
    if (count <= maxTexts) return portion(0);
    const texts: string[][] = [];
    for (let from = 0; from < count; from += maxTexts) texts.push(portion(from));
    return texts.flat();
  }
}

function requireBytes(bytes: Uint8Array, what: string): void {
  if (!(bytes instanceof Uint8Array)) throw new InterfaceError(`${what} must be a Uint8Array`);
}

function requireSigned(ticks: bigint): void {
  if (typeof ticks !== "bigint") throw new InterfaceError("ticks must be given as a bigint");
  if (BigInt.asIntN(64, ticks) !== ticks) throw new RangeError(`${ticks} ticks do not fit 64 bits`);
}

function requireUnsigned(value: bigint, what: string): void {
  if (BigInt.asUintN(64, value) !== value) {
    throw new RangeError(`${what} must be from 0 to 2^64 − 1`);
  }
}

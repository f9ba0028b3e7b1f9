/**
 * Bodies of the REST interface → batches, while they arrive.
 *
 * A parser lives across calls, so it keeps the instance of the module it was made in: an instance for bodies only,
 * given up for new parsers when it has grown, and for all of them when it broke.
 *
 * @module
 */
import { ColumnBatch } from "../batch.ts";
import type { CellFormats, ColumnContext } from "../column.ts";
import { DataType, dataTypeNames } from "../data_type.ts";
import { CodecError } from "../errors.ts";
import type { Field, Precision } from "../types.ts";
import { defaultValueOptions, type ResolvedValueOptions } from "../value_modes.ts";
import type { Bindings, RestHandle } from "./bindings.ts";
import { codecError, isFault, maxMemoryBytes, trapError } from "./instance.ts";
import { readRegion, regionColumn } from "./region.ts";

/** Bytes that cross into WebAssembly at a time: its memory never shrinks. */
const pieceBytes = 2 ** 18;
const precisions: readonly Precision[] = ["ms", "us", "ns"];

/** What a body says besides its rows. */
export interface RestReply {
  /** The server's code; 0 is success. */
  readonly code: number;
  /** The server's text of an error; empty without one. */
  readonly message: string;
  /** Number of rows. */
  readonly rowCount: number;
  /** Time the server took, in nanoseconds; 0 when it does not say. */
  readonly durationNs: bigint;
}

/** An instance that parsers share. */
interface Shared {
  readonly bindings: Bindings;
  /** After a trap its memory may hold anything. */
  isBroken: boolean;
}

/** Makes parsers. */
export class RestParsers {
  readonly #instantiate: () => Bindings;
  readonly #formats: CellFormats;
  #shared: Shared | undefined;

  /**
   * @param instantiate Makes an instance of the module.
   * @param formats Makes texts of cells.
   */
  constructor(instantiate: () => Bindings, formats: CellFormats) {
    this.#instantiate = instantiate;
    this.#formats = formats;
  }

  /** Makes a parser. */
  open(): RestParser {
    const current = this.#shared;
    const isFit = current !== undefined && !current.isBroken &&
      current.bindings.memory.buffer.byteLength <= maxMemoryBytes;
    const shared = isFit ? current : { bindings: this.#instantiate(), isBroken: false };
    this.#shared = shared;
    return new RestParser(shared, this.#formats);
  }
}

/**
 * Parses one body, given in pieces of any size: 64-bit integers, decimals and timestamps exactly, text byte for byte.
 * Only the batch under construction and the last piece are held.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * const codec = await initCodec();
 * const parser = codec.openRest();
 * const body = '{"code":0,"column_meta":[["v","BIGINT",8]],"data":[[9007199254740993]],"rows":1}';
 * parser.feed(new TextEncoder().encode(body));
 * deepEqual(parser.next()?.rows(), [{ v: 9007199254740993n }]);
 * equal(parser.next(), null);
 * equal(parser.reply?.rowCount, 1);
 * parser.free();
 * ```
 */
export class RestParser {
  readonly #shared: Shared;
  readonly #handle: RestHandle;
  readonly #formats: CellFormats;
  #pending: Uint8Array | undefined;
  #fields: readonly Field[] | undefined;
  #precision: Precision | undefined;
  #reply: RestReply | undefined;
  #isFreed = false;

  /** Use `codec.openRest()` instead. */
  constructor(shared: Shared, formats: CellFormats) {
    this.#shared = shared;
    this.#formats = formats;
    this.#handle = this.#call((bindings) => bindings.openRest());
  }

  /** The columns, once they are known; not for a body that tells an error. */
  get fields(): readonly Field[] | undefined {
    return this.#fields ??= this.#call((bindings) => bindings.restHead(this.#handle), readFields);
  }

  /** Precision of the result, once a timestamp was seen: nothing but its digits tells it. */
  get precision(): Precision | undefined {
    return this.#precision ??= this.#call(
      (bindings) => bindings.restPrecision(this.#handle),
      (code) => precisions[code],
    );
  }

  /** What the body says, once it was parsed to its end. */
  get reply(): RestReply | undefined {
    return this.#reply ??= this.#call((bindings) => bindings.restReply(this.#handle), readReply);
  }

  /**
   * Takes the next bytes of the body. They must not change before `next` has given null.
   *
   * @param bytes Any number of bytes.
   */
  feed(bytes: Uint8Array): void {
    this.#pending = bytes;
  }

  /**
   * Parses what was fed.
   *
   * @param values How the batch shows cells. Default: the documented defaults.
   * @param precision Precision of a batch without a timestamp. Default: `"ms"`.
   * @returns The next batch, of about 4096 rows; null when more bytes are needed, or at the end.
   * @throws {CodecError} When the body cannot be; it tells the offset in the body.
   */
  next(
    values: ResolvedValueOptions = defaultValueOptions,
    precision: Precision = "ms",
  ): ColumnBatch | null {
    for (;;) {
      const region = this.#call((bindings) => bindings.nextRestBatch(this.#handle));
      if (region !== undefined) return this.#batch(region, values, precision);
      const pending = this.#pending;
      if (pending === undefined) return null;
      this.#pending = pending.length > pieceBytes ? pending.subarray(pieceBytes) : undefined;
      this.#call((bindings) => bindings.feedRest(this.#handle, pending.subarray(0, pieceBytes)));
    }
  }

  /** Releases the parser's memory; what it told stays readable. May be called more than once. */
  free(): void {
    if (this.#isFreed) return;
    if (!this.#shared.isBroken) void [this.fields, this.precision, this.reply];
    this.#isFreed = true;
    this.#pending = undefined;
    if (!this.#shared.isBroken) this.#handle.free();
  }

  #batch(bytes: Uint8Array, values: ResolvedValueOptions, fallback: Precision): ColumnBatch {
    const region = readRegion(bytes);
    const fields = this.fields ?? [];
    const precision = this.precision ?? fallback;
    const context: ColumnContext = { precision, values, formats: this.#formats };
    const columns = region.columns.map((column, i) =>
      regionColumn(region, column, fields[i]!, context)
    );
    return new ColumnBatch({ rowCount: region.rowCount, columns, context });
  }

  #call<T>(operation: (bindings: Bindings) => T): T;
  #call<T, R>(
    operation: (bindings: Bindings) => T | undefined,
    read: (value: T) => R,
  ): R | undefined;
  #call<T>(operation: (bindings: Bindings) => T, read?: (value: T) => unknown): unknown {
    if (this.#isFreed) return undefined;
    if (this.#shared.isBroken) {
      throw new CodecError("the codec broke off while it parsed another body");
    }
    let value: T;
    try {
      value = operation(this.#shared.bindings);
    } catch (thrown) {
      if (isFault(thrown)) throw codecError(thrown);
      this.#shared.isBroken = true;
      throw trapError(thrown);
    }
    return value === undefined || read === undefined ? value : read(value);
  }
}

/** Reads the table that `restHead` gives. */
function readFields(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  const wordsPerColumn = 5;
  let at = 4;
  return Array.from({ length: view.getUint32(0, true) }, () => {
    const words = Array.from(
      { length: wordsPerColumn },
      (_, i) => view.getUint32(at + 4 * i, true),
    );
    const [typeCode = 0, length = 0, precision = 0, scale = 0, nameLength = 0] = words;
    const nameAt = at + 4 * wordsPerColumn;
    at = nameAt + nameLength;
    const field = {
      name: text.decode(bytes.subarray(nameAt, at)),
      type: dataTypeNames[typeCode]!,
      typeCode,
      length,
    };
    const isDecimal = typeCode === DataType.DECIMAL || typeCode === DataType.DECIMAL64;
    return isDecimal ? { ...field, precision, scale } : field;
  });
}

/** Reads the table that `restReply` gives. */
function readReply(bytes: Uint8Array): RestReply {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    code: view.getUint32(0, true),
    message: new TextDecoder().decode(bytes.subarray(24)),
    rowCount: Number(view.getBigUint64(8, true)),
    durationNs: view.getBigInt64(16, true),
  };
}

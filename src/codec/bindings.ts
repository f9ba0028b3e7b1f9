/**
 * What the generated glue around the WebAssembly module offers. Each call crosses into WebAssembly once and
 * gives back memory of its own.
 *
 * @module
 */

/** Thrown by every call of {@linkcode Bindings} that refuses its input. */
export interface CodecFault {
  /** What was wrong, in words. */
  readonly message: string;
  /** Byte offset in the input, or −1. */
  readonly offset: number;
  /** Bytes (or whatever the message counts) needed, or −1. */
  readonly needed: number;
  /** Bytes available, or −1. */
  readonly available: number;
  /** Index of the column, or −1. Tag columns of a bind count from 0 before the data columns. */
  readonly column: number;
  /** Index of the row, or −1. */
  readonly row: number;
}

/** A parser of one REST body; it belongs to the instance that made it. */
export interface RestHandle {
  /** Releases its memory. */
  free(): void;
}

/** One instance of the codec. */
export interface Bindings {
  /** Linear memory; `buffer` must be read anew after each call. */
  readonly memory: WebAssembly.Memory;
  /**
   * Decodes a raw block (protocol.md §3) into a batch region, little endian, every section 8-byte aligned:
   *
   * | at | type | |
   * |---|---|---|
   * | 0 | u32 | rows |
   * | 4 | u32 | columns C |
   * | 8 + 40·i | 10 × u32 | of column i: type code, schema bytes, decimal precision, decimal scale, null count, offset of the validity bitmap (0: no NULLs), offset of the values, length of the values in bytes, offset of the (rows + 1) i32 offsets (0 unless variable), flags (bit 0: each cell is valid UTF-8, bit 1: all ASCII) |
   */
  decodeBlock(block: Uint8Array): Uint8Array;
  /**
   * Decodes the payload of a subscription's message (protocol.md §5.6; `rawType` 2 or 4, 0 when it is not known) into a
   * region of batch regions, little endian. Names stay in the payload:
   *
   * | at | type | |
   * |---|---|---|
   * | 0 | u32 | blocks B |
   * | 4 | u32 | 1 when the two positions are known |
   * | 8 | 2 × i64 | positions in the log where the message and its successor begin |
   * | 24 + 32·i | 8 × u32 | of block i: offset of its batch region (8-byte aligned; offsets in it count from its start) and its length, precision code, place of the table's name in the payload and its length (0: none), offset of the column names and their number N (0: none), 0 |
   *
   * Column names: N × (u32 place in the payload, u32 length).
   */
  decodeTmq(payload: Uint8Array, rawType: number): Uint8Array;
  /** Encodes a bind request (`stmt2::request` in wasm/codec) into a whole `stmt2_bind` frame: 30-byte head and payload. */
  encodeBind(request: Uint8Array): Uint8Array;
  /** A `binary_query` frame (protocol.md §2.8). */
  encodeQuery(reqId: bigint, sql: string): Uint8Array;
  /** A `fetch_raw_block` frame (protocol.md §2.8). */
  encodeFetch(reqId: bigint, resultId: bigint): Uint8Array;
  /** A parser before the first byte of a REST body (`rest` in wasm/codec). */
  openRest(): RestHandle;
  /** Feeds the next bytes of the body; to be called when `nextRestBatch` has given nothing. */
  feedRest(parser: RestHandle, bytes: Uint8Array): void;
  /** The next batch as a region (`decodeBlock`); undefined when it needs more bytes, or at the end. */
  nextRestBatch(parser: RestHandle): Uint8Array | undefined;
  /** The columns, once they are known: u32 number, and of each five u32 (type code, length, decimal precision, decimal scale, length of the name) and the name. */
  restHead(parser: RestHandle): Uint8Array | undefined;
  /** Code of the precision (0 ms, 1 µs, 2 ns), once a timestamp was seen. */
  restPrecision(parser: RestHandle): number | undefined;
  /** At the end of the body: u64 code, u64 rows, i64 nanoseconds, and the server's text. */
  restReply(parser: RestHandle): Uint8Array | undefined;
  /** RFC 3339 text of an instant at an offset from UTC in seconds; 0 gives `Z`. `precision`: 0 ms, 1 µs, 2 ns. */
  formatTimestamp(ticks: bigint, precision: number, offsetSeconds: number): string;
  /** UTC texts of many instants, separated by line feeds. */
  formatTimestamps(ticks: BigInt64Array, precision: number): string;
  /** Ticks of an RFC 3339 text; digits below the precision are floored. */
  parseTimestamp(text: string, precision: number): bigint;
  /** Ticks in another precision; floors, and refuses overflow. */
  convertTimestamp(ticks: bigint, from: number, to: number): bigint;
  /** Texts of 16-byte little-endian decimals with `scale` fraction digits, separated by line feeds. */
  formatDecimals(values: Uint8Array, scale: number): string;
  /** 16 bytes of the decimal text scaled by 10^scale; refuses more fraction digits than `scale` and more than `precision` digits. */
  parseDecimal(text: string, precision: number, scale: number): Uint8Array;
  /** The text of schemaless points (`line::format` in wasm/codec). `protocol`: 1 line, 2 telnet, 3 JSON. */
  formatLines(protocol: number, words: Uint32Array, text: string): string;
}

/**
 * The public value types: what goes into SQL and what comes out of results.
 *
 * @module
 */
import type { DataTypeName } from "./data_type.ts";

/** Resolution of a database's timestamps: milliseconds, microseconds or nanoseconds. */
export type Precision = "ms" | "us" | "ns";

/** Options every waiting method takes as its last argument. */
export interface RequestOptions {
  /** Request id for tracing on the server, 1 … 2^64 − 1; unique among requests in flight. Default: generated. */
  reqId?: bigint | number;
  /** Aborts the wait; the call rejects with `signal.reason`. */
  signal?: AbortSignal;
  /**
   * Time limit of each wait for the server in milliseconds; 0 = none. A call that takes several requests, such as a
   * result of many blocks, may take longer. Default: the connection's `requestTimeoutMs`.
   */
  timeoutMs?: number;
}

/** How cells look in rows. Columns are always exact and do not follow these options. */
export interface ValueOptions {
  /** BIGINT and BIGINT UNSIGNED. Default `"bigint"`; `"number"` throws `RangeError` when a value is not exact. */
  bigint?: "bigint" | "number" | "string";
  /**
   * TIMESTAMP. Default `"auto"`: `Date` in millisecond databases, bigint ticks in µs and ns ones.
   * `"date"` throws `RangeError` when digits below milliseconds are not zero.
   */
  timestamp?: "auto" | "date" | "bigint" | "string" | "temporal";
  /** JSON. Default `"parse"`. */
  json?: "parse" | "text";
  /** VARBINARY, GEOMETRY and BLOB. Default `"bytes"` (`Uint8Array`). */
  binary?: "bytes" | "hex";
  /** DECIMAL. Default `"string"`, all digits. */
  decimal?: "string" | "number";
  /** VARCHAR and JSON cells that are not UTF-8. Default `"replace"` (U+FFFD); `"strict"` throws `CodecError`; `"bytes"` gives the cell as `Uint8Array`. */
  text?: "strict" | "replace" | "bytes";
}

/** The minimal shape of `Temporal.Instant`, which not every runtime has. */
export interface InstantLike {
  /** Nanoseconds since the Unix epoch. */
  readonly epochNanoseconds: bigint;
}

/** One column of a result. */
export interface Field {
  /** Name as the server gives it. */
  readonly name: string;
  /** Data type. */
  readonly type: DataTypeName;
  /** Wire code of the data type (protocol.md §3.3). */
  readonly typeCode: number;
  /** Declared length: bytes, or characters for NCHAR. */
  readonly length: number;
  /** Digits of a DECIMAL. */
  readonly precision?: number;
  /** Fraction digits of a DECIMAL. */
  readonly scale?: number;
}

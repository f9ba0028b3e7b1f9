/**
 * The types of `wit/codec.wit` as jco maps them.
 *
 * @module
 */

/** The server's data types, in the order of their wire codes from 0. */
export type ComponentType =
  | "null"
  | "bool"
  | "tinyint"
  | "smallint"
  | "int"
  | "bigint"
  | "float"
  | "double"
  | "varchar"
  | "timestamp"
  | "nchar"
  | "utinyint"
  | "usmallint"
  | "uint"
  | "ubigint"
  | "json"
  | "varbinary"
  | "decimal"
  | "blob"
  | "mediumblob"
  | "geometry"
  | "decimal64";

/** The unit of a timestamp's ticks. */
export type ComponentPrecision = "milliseconds" | "microseconds" | "nanoseconds";

/** Scaled integers. */
export interface ComponentDecimals {
  /** Digits, 1 to 38. */
  precision: number;
  /** Fraction digits. */
  scale: number;
  /** 16 bytes a value, little endian, two's complement: the value times 10^scale. */
  values: Uint8Array;
}

/** Values of different lengths. */
export interface ComponentItems {
  /** One more than there are values: value i is `data[offsets[i]] … data[offsets[i + 1] − 1]`. */
  offsets: Int32Array;
  /** UTF-8 of VARCHAR, NCHAR and JSON, bytes of the other types. */
  data: Uint8Array;
}

/** The values of a column, in Arrow's layout. What stands in the place of a NULL means nothing. */
export type ComponentValues =
  | { tag: "none" }
  | { tag: "bits"; val: Uint8Array }
  | { tag: "s8s"; val: Int8Array }
  | { tag: "s16s"; val: Int16Array }
  | { tag: "s32s"; val: Int32Array }
  | { tag: "s64s"; val: BigInt64Array }
  | { tag: "u8s"; val: Uint8Array }
  | { tag: "u16s"; val: Uint16Array }
  | { tag: "u32s"; val: Uint32Array }
  | { tag: "u64s"; val: BigUint64Array }
  | { tag: "f32s"; val: Float32Array }
  | { tag: "f64s"; val: Float64Array }
  | { tag: "decimals"; val: ComponentDecimals }
  | { tag: "items"; val: ComponentItems };

/** One column. */
export interface ComponentColumn {
  /** The type. */
  dataType: ComponentType;
  /** One bit a row, the least significant of a byte first, 1 = value; undefined when there are no NULLs. */
  validity?: Uint8Array | undefined;
  /** One value a row. */
  values: ComponentValues;
}

/** The columns of a block. */
export interface ComponentBatch {
  /** Number of rows. */
  rowCount: number;
  /** The columns in order; their names are not in a block. */
  columns: ComponentColumn[];
}

/** The rows of one table, to be bound. All tables of a bind have the same tags and columns. */
export interface ComponentTable {
  /** Name of the table; in all tables or in none. */
  name?: string | undefined;
  /** How many rows the table gets: 1 to 32767. */
  rowCount: number;
  /** One value each. */
  tags: ComponentColumn[];
  /** As many values each as there are rows. */
  columns: ComponentColumn[];
}

/** A block of a subscription's message. */
export interface ComponentMessageBlock {
  /** The table; undefined in topics of a query. */
  table?: string | undefined;
  /** Precision of its timestamps. */
  precision: ComponentPrecision;
  /** Names of the columns; empty where the server does not send them. */
  names: string[];
  /** The columns. */
  batch: ComponentBatch;
}

/** A subscription's message. */
export interface ComponentMessage {
  /** Where in its vgroup's log it begins, and where the next one does; undefined for messages of a snapshot. */
  positions?: { begin: bigint; next: bigint } | undefined;
  /** The blocks. */
  blocks: ComponentMessageBlock[];
}

/** An instance of the component: the interfaces of `wit/codec.wit`. Every call throws a `CodecError` for bad input. */
export interface CodecComponent {
  /** Result blocks. */
  readonly block: {
    /** Decodes a raw block, as `fetch_raw_block` and `taos_fetch_raw_block` give it. */
    decode(bytes: Uint8Array): ComponentBatch;
  };
  /** Bind requests of prepared statements. */
  readonly stmt2: {
    /** Encodes the payload of a `stmt2_bind` (protocol.md §4.1), without the frame's head. */
    encode(tables: ComponentTable[]): Uint8Array;
  };
  /** Messages of subscriptions. */
  readonly tmq: {
    /** Decodes a message's payload; without a raw type the payload's end decides which of the two it is. */
    decode(payload: Uint8Array, rawType?: "data" | "meta-data"): ComponentMessage;
  };
  /** Instants. */
  readonly timestamps: {
    /** The RFC 3339 text of an instant with all digits of its precision, at an offset from UTC in seconds. */
    format(ticks: bigint, precision: ComponentPrecision, offsetSeconds: number): string;
    /** The ticks of an RFC 3339 text; digits below the precision are rounded toward negative infinity. */
    parse(text: string, precision: ComponentPrecision): bigint;
    /** The ticks of the same instant in another precision, rounded toward negative infinity. */
    convert(ticks: bigint, from: ComponentPrecision, to: ComponentPrecision): bigint;
  };
}

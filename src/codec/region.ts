/**
 * Batch regions (their layout: `decodeBlock` in bindings.ts) → columns. Every column is a view of the region, which
 * nobody else holds.
 *
 * @module
 */
import {
  BoolColumn,
  type Column,
  type ColumnContext,
  DecimalColumn,
  FixedColumn,
  type FixedValues,
  VarColumn,
} from "../column.ts";
import { DataType, dataTypeNames, dataTypeWidths } from "../data_type.ts";
import { CodecError } from "../errors.ts";
import type { Field } from "../types.ts";

const wordsAhead = 2;
const wordsPerColumn = 10;

/** What a region's header tells of one column. */
export interface RegionColumn {
  /** Wire code of the data type. */
  readonly typeCode: number;
  /** The column's `bytes` in the block (protocol.md §3.2). */
  readonly schemaBytes: number;
  /** Digits of a DECIMAL. */
  readonly precision: number;
  /** Fraction digits of a DECIMAL. */
  readonly scale: number;
  readonly nullCount: number;
  /** Where the bitmap begins; 0 when there are no NULLs. */
  readonly validityAt: number;
  /** Where the values begin. */
  readonly valuesAt: number;
  /** Bytes of all values. */
  readonly valuesLength: number;
  /** Where the offsets of a variable column begin. */
  readonly offsetsAt: number;
  /** `TextFlag`s. */
  readonly flags: number;
}

/** A region's header, read. */
export interface Region {
  readonly buffer: ArrayBuffer;
  readonly rowCount: number;
  readonly columns: readonly RegionColumn[];
}

/** Reads the header of a region that has its buffer for itself. */
export function readRegion(bytes: Uint8Array): Region {
  const buffer = bytes.buffer as ArrayBuffer;
  const [rowCount = 0, count = 0] = new Uint32Array(buffer, 0, wordsAhead);
  const words = new Uint32Array(buffer, 4 * wordsAhead, count * wordsPerColumn);
  const columns = new Array<RegionColumn>(count);
  for (let i = 0; i < count; i++) {
    const at = i * wordsPerColumn;
    columns[i] = {
      typeCode: words[at]!,
      schemaBytes: words[at + 1]!,
      precision: words[at + 2]!,
      scale: words[at + 3]!,
      nullCount: words[at + 4]!,
      validityAt: words[at + 5]!,
      valuesAt: words[at + 6]!,
      valuesLength: words[at + 7]!,
      offsetsAt: words[at + 8]!,
      flags: words[at + 9]!,
    };
  }
  return { buffer, rowCount, columns };
}

/** The field that a block by itself tells of a column; the block has no names. */
export function regionField(column: RegionColumn, name: string): Field {
  const { typeCode } = column;
  const type = dataTypeNames[typeCode];
  if (type === undefined) {
    throw new CodecError(`column ${JSON.stringify(name)} has the unknown type ${typeCode}`);
  }
  const field = { name, type, typeCode, length: userLength(column) };
  return isDecimal(typeCode)
    ? { ...field, precision: column.precision, scale: column.scale }
    : field;
}

function isDecimal(typeCode: number): boolean {
  return typeCode === DataType.DECIMAL || typeCode === DataType.DECIMAL64;
}

/** The declared length (protocol.md §3.2); 0 in blocks that do not tell it. */
function userLength({ typeCode, schemaBytes }: RegionColumn): number {
  switch (typeCode) {
    case DataType.VARCHAR:
    case DataType.VARBINARY:
    case DataType.GEOMETRY:
      return Math.max(0, schemaBytes - 2);
    case DataType.NCHAR:
      return Math.max(0, Math.floor((schemaBytes - 2) / 4));
    case DataType.JSON:
      return 4095;
    case DataType.BLOB:
    case DataType.MEDIUMBLOB:
      return Math.max(0, schemaBytes - 4);
    default:
      return dataTypeWidths[typeCode] ?? 0;
  }
}

/**
 * Checks that a block's column is what the server announced.
 *
 * @returns The field; with the block's digits, if it is a DECIMAL and they differ.
 * @throws {CodecError} When the types differ.
 */
export function checkedField(column: RegionColumn, field: Field): Field {
  const { typeCode, precision, scale } = column;
  if (typeCode !== field.typeCode) {
    throw new CodecError(
      `column ${JSON.stringify(field.name)} was announced as ${field.type}, but the block has ${
        dataTypeNames[typeCode] ?? `type ${typeCode}`
      }`,
    );
  }
  if (!isDecimal(typeCode) || (field.precision === precision && field.scale === scale)) {
    return field;
  }
  return { ...field, precision, scale };
}

/** Makes a column over the region's buffer. */
export function regionColumn(
  { buffer, rowCount: length }: Region,
  column: RegionColumn,
  field: Field,
  context: ColumnContext,
): Column {
  const { nullCount, validityAt, valuesAt, valuesLength, offsetsAt, precision, scale, flags } =
    column;
  const validity = validityAt === 0 ? null : new Uint8Array(buffer, validityAt, (length + 7) >> 3);
  // Spreading the common part into these objects would cost more than all the rest (V8 of Node 20).
  switch (column.typeCode) {
    case DataType.NULL:
      return nullColumn(field, length, context);
    case DataType.BOOL: {
      const values = new Uint8Array(buffer, valuesAt, valuesLength);
      return new BoolColumn({ field, length, nullCount, validity, context, values });
    }
    case DataType.DECIMAL:
    case DataType.DECIMAL64: {
      const values = new Uint8Array(buffer, valuesAt, valuesLength);
      return new DecimalColumn({
        field,
        length,
        nullCount,
        validity,
        context,
        values,
        precision,
        scale,
      });
    }
  }
  if (offsetsAt === 0) {
    const values = fixedValues(buffer, valuesAt, length, field);
    return new FixedColumn({ field, length, nullCount, validity, context, values });
  }
  const offsets = new Int32Array(buffer, offsetsAt, length + 1);
  const data = new Uint8Array(buffer, valuesAt, valuesLength);
  return new VarColumn({ field, length, nullCount, validity, context, offsets, data, flags });
}

/** A column of a field without any row. */
export function emptyColumn(field: Field, context: ColumnContext): Column {
  const { typeCode, precision = 0, scale = 0 } = field;
  const isVariable = dataTypeWidths[typeCode] === 0 && typeCode !== DataType.NULL;
  const offsetsAt = isVariable ? Int32Array.BYTES_PER_ELEMENT : 0;
  const nothing = {
    schemaBytes: 0,
    nullCount: 0,
    validityAt: 0,
    valuesAt: 0,
    valuesLength: 0,
    flags: 0,
  };
  const region = { buffer: new ArrayBuffer(2 * offsetsAt), rowCount: 0, columns: [] };
  return regionColumn(
    region,
    { ...nothing, typeCode, precision, scale, offsetsAt },
    field,
    context,
  );
}

/** A column of type NULL: every row is. */
function nullColumn(field: Field, length: number, context: ColumnContext): FixedColumn {
  const validity = length === 0 ? null : new Uint8Array((length + 7) >> 3);
  return new FixedColumn({
    field,
    length,
    nullCount: length,
    validity,
    context,
    values: new Int8Array(length),
  });
}

/** The one exhaustive switch from data type to typed array. */
function fixedValues(buffer: ArrayBuffer, at: number, length: number, field: Field): FixedValues {
  switch (field.typeCode) {
    case DataType.TINYINT:
      return new Int8Array(buffer, at, length);
    case DataType.SMALLINT:
      return new Int16Array(buffer, at, length);
    case DataType.INT:
      return new Int32Array(buffer, at, length);
    case DataType.BIGINT:
    case DataType.TIMESTAMP:
      return new BigInt64Array(buffer, at, length);
    case DataType.UTINYINT:
      return new Uint8Array(buffer, at, length);
    case DataType.USMALLINT:
      return new Uint16Array(buffer, at, length);
    case DataType.UINT:
      return new Uint32Array(buffer, at, length);
    case DataType.UBIGINT:
      return new BigUint64Array(buffer, at, length);
    case DataType.FLOAT:
      return new Float32Array(buffer, at, length);
    case DataType.DOUBLE:
      return new Float64Array(buffer, at, length);
    default:
      throw new CodecError(
        `column ${JSON.stringify(field.name)} has the unknown type ${field.typeCode}`,
      );
  }
}

/**
 * Parameters of a SELECT, whose types the server does not declare: the value decides.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { DataType, dataTypeNames } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { isInstant, Param, type SqlValue } from "../sql/param.ts";
import { convertColumn } from "./convert.ts";
import type { BindRequest, Source } from "../codec/bind_request.ts";

const maxInt = 2_147_483_647;
const maxBigint = 2n ** 63n - 1n;

/** Type code and value that a parameter is sent as. */
type Typed = readonly [typeCode: number, value: unknown];

function numberType(value: number): number {
  if (!Number.isInteger(value) || Object.is(value, -0)) return DataType.DOUBLE;
  if (Math.abs(value) <= maxInt) return DataType.INT;
  return Number.isSafeInteger(value) ? DataType.BIGINT : DataType.DOUBLE;
}

/** Instants go as text with all digits: the server converts it to the precision of the column it is compared with. */
function typedParam({ type, value, precision }: Param, codec: Codec): Typed {
  if (precision !== null) {
    return [DataType.VARCHAR, codec.formatTimestamp(value as bigint, precision)];
  }
  // The server compares decimals with decimal text, and binds none (protocol.md §4.1).
  if (type === "DECIMAL") return [DataType.VARCHAR, value];
  return [dataTypeNames.indexOf(type), value];
}

function typed(value: SqlValue, position: number, codec: Codec): Typed {
  if (value === null) return [DataType.VARCHAR, null];
  switch (typeof value) {
    case "boolean":
      return [DataType.BOOL, value];
    case "number":
      return [numberType(value), value];
    case "bigint":
      return [value > maxBigint ? DataType.UBIGINT : DataType.BIGINT, value];
    case "string":
      return [DataType.VARCHAR, value];
  }
  if (value instanceof Param) return typedParam(value, codec);
  if (value instanceof Uint8Array) return [DataType.VARBINARY, value];
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    return [DataType.VARCHAR, value.toISOString()];
  }
  if (isInstant(value)) {
    return [DataType.VARCHAR, codec.formatTimestamp(value.epochNanoseconds, "ns")];
  }
  throw new InterfaceError(`parameter ${position + 1}: a value of this kind cannot be a parameter`);
}

function parameterSource(value: SqlValue, position: number, codec: Codec): Source {
  const [typeCode, plain] = typed(value, position, codec);
  const label = `parameter ${position + 1}`;
  const field = { name: label, type: dataTypeNames[typeCode]!, typeCode, length: 0 };
  const target = { field, precision: null, label, firstRow: null, allowsUnset: false };
  return convertColumn(target, [plain], codec);
}

/** The bind request of a SELECT: one row of parameters. */
export function selectRequest(params: readonly SqlValue[], codec: Codec): BindRequest {
  const columns = params.map((value, i) => parameterSource(value, i, codec));
  return { names: null, counts: Uint32Array.of(1), order: null, tags: [], columns };
}

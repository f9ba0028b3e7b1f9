/**
 * What libtaos tells of columns and placeholders, in the client's terms.
 *
 * @module
 */
import { DataType, dataTypeNames } from "../../data_type.ts";
import { CodecError } from "../../errors.ts";
import { declaredLength } from "../../internal/declared_length.ts";
import type { Field, Precision } from "../../types.ts";
import type { Placeholder } from "../transport.ts";
import type { OpenResult } from "./result_description.ts";
import type { NativeField } from "./structs.ts";

const precisions: readonly Precision[] = ["ms", "us", "ns"];
const roles = { 1: "column", 2: "tag", 4: "table" } as const;

/** A column of a result. A DECIMAL's digits are taken from the blocks where the library does not tell them. */
export function resultField({ name, typeCode, bytes, precision, scale }: NativeField): Field {
  const field = fieldOf(name, typeCode, bytes);
  return field.type.startsWith("DECIMAL") ? { ...field, precision, scale } : field;
}

/**
 * A column of a statement's result. A TAOS_FIELD_E tells its length in storage there (recorded from 3.3.7), which it does
 * not for a query; a TAOS_FIELD tells the declared one (protocol.md §6.4).
 */
export function statementField(field: NativeField, structure: OpenResult["structure"]): Field {
  if (structure === "TAOS_FIELD") return resultField(field);
  return resultField({ ...field, bytes: declaredLength(field.typeCode, field.bytes) });
}

/** A placeholder of an INSERT. */
export function placeholder({ name, typeCode, bytes, precision, role }: NativeField): Placeholder {
  const known = roles[role as keyof typeof roles];
  if (known === undefined) {
    throw new CodecError(`libtaos describes placeholder ${name} by the unknown role ${role}`);
  }
  return {
    field: fieldOf(name, typeCode, declaredLength(typeCode, bytes)),
    role: known,
    precision: typeCode === DataType.TIMESTAMP ? precisions[precision] ?? null : null,
  };
}

/** The precision of a result. */
export function resultPrecision(code: number): Precision {
  const precision = precisions[code];
  if (precision === undefined) {
    throw new CodecError(`libtaos names the unknown precision ${code}`);
  }
  return precision;
}

function fieldOf(name: string, typeCode: number, length: number): Field {
  const type = dataTypeNames[typeCode];
  if (type === undefined) throw new CodecError(`column ${name} has the unknown type ${typeCode}`);
  return { name, type, typeCode, length };
}

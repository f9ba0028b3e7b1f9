/**
 * C structures, x86-64 and arm64 (protocol.md §6.4).
 *
 * | structure | size | members |
 * |---|---|---|
 * | TAOS_FIELD | 72 | name char[65] @0, type i8 @65, bytes i32 @68 |
 * | TAOS_FIELD_E | 72 | name char[65] @0, type i8 @65, precision u8 @66, scale u8 @67, bytes i32 @68 |
 * | TAOS_FIELD_ALL | 76 | as TAOS_FIELD_E, field_type u8 @72 |
 * | TAOS_STMT2_OPTION | 32 | reqid i64 @0, singleStbInsert bool @8, singleTableBindOnce bool @9, two pointers @16, @24 |
 * | TAOS_STMT2_BIND | 40 | buffer_type i32 @0, buffer @8, length @16, is_null @24, num i32 @32 |
 * | TAOS_STMT2_BINDV | 32 | count i32 @0, tbnames @8, tags @16, bind_cols @24 |
 *
 * @module
 */
import { allocate, viewOf } from "./memory.ts";

/** Size of TAOS_FIELD and TAOS_FIELD_E. */
export const fieldBytes = 72;
/** Size of TAOS_FIELD_ALL. */
export const placeholderBytes = 76;

const nameBytes = 65;
const [typeAt, precisionAt, scaleAt, bytesAt, roleAt] = [65, 66, 67, 68, 72] as const;
const decoder = new TextDecoder();

/** A column or placeholder as libtaos describes it. */
export interface NativeField {
  readonly name: string;
  readonly typeCode: number;
  readonly precision: number;
  readonly scale: number;
  readonly bytes: number;
  /** Of a placeholder: 1 column, 2 tag, 3 query, 4 table name. */
  readonly role: number;
}

/** Reads an array of TAOS_FIELD_E or TAOS_FIELD_ALL; precision and scale of a TAOS_FIELD are 0 or padding. */
export function readFields(bytes: Uint8Array<ArrayBuffer>, size: number): NativeField[] {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const at = i * size;
    const name = bytes.subarray(at, at + nameBytes);
    const end = name.indexOf(0);
    return {
      name: decoder.decode(end < 0 ? name : name.subarray(0, end)),
      typeCode: view.getUint8(at + typeAt),
      precision: view.getUint8(at + precisionAt),
      scale: view.getUint8(at + scaleAt),
      bytes: view.getInt32(at + bytesAt, true),
      role: size === placeholderBytes ? view.getUint8(at + roleAt) : 0,
    };
  });
}

/** A TAOS_STMT2_OPTION without a callback. */
export function statementOption(
  reqId: bigint,
  isFast: boolean,
): Uint8Array<ArrayBuffer> {
  const option = allocate(32);
  viewOf(option).setBigUint64(0, BigInt.asUintN(64, reqId), true);
  option[8] = option[9] = Number(isFast);
  return option;
}

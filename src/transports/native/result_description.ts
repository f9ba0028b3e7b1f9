/**
 * What a result says of itself.
 *
 * @module
 */
import type { Address, NativeLibrary } from "./library.ts";
import { copyOut } from "./memory.ts";
import { fieldBytes, type NativeField, readFields } from "./structs.ts";

/** A result that is open. */
export interface OpenResult {
  readonly result: Address;
  readonly fields: NativeField[];
  /** 0 ms, 1 µs, 2 ns. */
  readonly precision: number;
}

/** What the columns of a result are. */
export function describe(library: NativeLibrary, result: Address): OpenResult {
  const { functions } = library;
  const count = functions.taos_num_fields(result);
  // Before 3.3.6 there are no decimals, and no structure that tells their digits.
  const fields = library.has("taos_fetch_fields_e")
    ? functions.taos_fetch_fields_e(result)
    : functions.taos_fetch_fields(result);
  return {
    result,
    fields: readFields(copyOut(library, fields, count * fieldBytes), fieldBytes),
    precision: functions.taos_result_precision(result),
  };
}

/**
 * What a result says of itself.
 *
 * @module
 */
import { lastFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { copyOut } from "./memory.ts";
import { fieldBytes, type NativeField, readFields } from "./structs.ts";

/** A result that is open. */
export interface OpenResult {
  readonly result: Address;
  readonly fields: NativeField[];
  /** Which structures they were read from: a TAOS_FIELD_E of a statement tells lengths as they are stored. */
  readonly structure: "TAOS_FIELD" | "TAOS_FIELD_E";
  /** 0 ms, 1 µs, 2 ns. */
  readonly precision: number;
}

/** What the columns of a result are. Throws `TaosFailure`. */
export function describe(library: NativeLibrary, result: Address): OpenResult {
  const { functions } = library;
  const count = functions.taos_num_fields(result);
  // Before 3.3.6 there are no decimals, and no structure that tells their digits.
  const extended = library.has("taos_fetch_fields_e") ? functions.taos_fetch_fields_e(result) : 0;
  const fields = extended || functions.taos_fetch_fields(result);
  if (fields === 0) throw lastFailure(library, 0);
  return {
    result,
    fields: readFields(copyOut(library, fields, count * fieldBytes), fieldBytes),
    structure: extended === 0 ? "TAOS_FIELD" : "TAOS_FIELD_E",
    precision: functions.taos_result_precision(result),
  };
}

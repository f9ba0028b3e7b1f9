/**
 * Requests of schemaless writing (protocol.md §6.2).
 *
 * @module
 */
import { lastFailure, TaosFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { allocate, cText, viewOf } from "./memory.ts";

/** Text to be written. */
export interface WriteArguments {
  readonly taos: Address;
  readonly data: string;
  /** 1 line, 2 telnet, 3 JSON. */
  readonly protocol: number;
  /** 0 none, 1 h, 2 m, 3 s, 4 ms, 5 µs, 6 ns. */
  readonly precision: number;
  readonly ttlDays: number;
  readonly reqId: bigint;
  readonly tableNameKey: string | undefined;
}

/** What was written. */
export interface WriteValue {
  readonly affectedRows: number;
  readonly totalRows: number;
}

/** Writes schemaless text. */
export function writeLines(library: NativeLibrary, args: WriteArguments): WriteValue {
  const { functions } = library;
  const totalRows = allocate(4);
  const result = insert(library, args, totalRows);
  if (result === 0) throw lastFailure(library, 0);
  try {
    const affectedRows = functions.taos_affected_rows(result);
    if (functions.taos_errno(result) !== 0) {
      const { code, message } = lastFailure(library, result);
      throw new TaosFailure(code, message, affectedRows);
    }
    return { affectedRows, totalRows: viewOf(totalRows).getInt32(0, true) };
  } finally {
    functions.taos_free_result(result);
  }
}

function insert(
  { functions }: NativeLibrary,
  { taos, data, protocol, precision, ttlDays, reqId, tableNameKey }: WriteArguments,
  totalRows: Uint8Array,
): Address {
  const lines = cText(data);
  const id = BigInt.asIntN(64, reqId);
  // The NUL at the end is not part of the lines.
  const length = lines.length - 1;
  return tableNameKey === undefined
    ? functions.taos_schemaless_insert_raw_ttl_with_reqid(
      taos,
      lines,
      length,
      totalRows,
      protocol,
      precision,
      ttlDays,
      id,
    )
    : functions.taos_schemaless_insert_raw_ttl_with_reqid_tbname_key(
      taos,
      lines,
      length,
      totalRows,
      protocol,
      precision,
      ttlDays,
      id,
      cText(tableNameKey),
    );
}

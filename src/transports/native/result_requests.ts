/**
 * Requests about queries and their results (protocol.md §6.2, §6.3).
 *
 * @module
 */
import { lastFailure, TaosFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { allocate, copyOut, cText, readAddress, viewOf } from "./memory.ts";
import { describe, type OpenResult } from "./result_description.ts";

/** What a query is given. */
export interface QueryArguments {
  readonly taos: Address;
  readonly sql: string;
  readonly reqId: bigint;
}

/** What a query gives. */
export interface QueryValue {
  readonly affectedRows: number;
  /** Undefined when the statement gives no columns: then nothing is left to free. */
  readonly open: OpenResult | undefined;
}

/** A block, or the end. */
export interface FetchValue {
  /** Undefined at the end. */
  readonly block: ArrayBuffer | undefined;
  /** Bytes of it that count. */
  readonly blockBytes: number;
}

/** Runs a statement. */
export function query(library: NativeLibrary, { taos, sql, reqId }: QueryArguments): QueryValue {
  const { functions } = library;
  const result = functions.taos_query_with_reqid(taos, cText(sql), BigInt.asIntN(64, reqId));
  if (result === 0) throw lastFailure(library, 0);
  let open: OpenResult | undefined;
  try {
    if (functions.taos_errno(result) !== 0) throw lastFailure(library, result);
    const affectedRows = Number(functions.taos_affected_rows64(result));
    if (functions.taos_num_fields(result) > 0) open = describe(library, result);
    return { affectedRows: open === undefined ? affectedRows : 0, open };
  } finally {
    if (open === undefined) functions.taos_free_result(result);
  }
}

/** What a fetch is given. */
export interface FetchArguments {
  readonly result: Address;
  /** Room for the block, if it is enough. */
  readonly room: ArrayBuffer | undefined;
}

/** Waits for the next block and copies it. */
export function fetch(library: NativeLibrary, { result, room }: FetchArguments): FetchValue {
  const { functions } = library;
  const [rows, at] = [allocate(4), allocate(8)];
  const code = functions.taos_fetch_raw_block(result, rows, at);
  if (code !== 0) throw new TaosFailure(code, library.text(functions.taos_errstr(result)));
  const block = readAddress(viewOf(at), 0);
  if (block === 0 || viewOf(rows).getInt32(0, true) === 0) {
    return { block: undefined, blockBytes: 0 };
  }
  const length = viewOf(copyOut(library, block, blockHead)).getInt32(lengthAt, true);
  const target = room !== undefined && room.byteLength >= length ? room : new ArrayBuffer(length);
  library.copyInto(new Uint8Array(target, 0, length), block);
  return { block: target, blockBytes: length };
}

/** Bytes of a block's head up to its length, and where that is (protocol.md §3.1). */
const blockHead = 8;
const lengthAt = 4;

/** Frees a result. */
export function free(
  { functions }: NativeLibrary,
  { result }: { readonly result: Address },
): void {
  functions.taos_free_result(result);
}

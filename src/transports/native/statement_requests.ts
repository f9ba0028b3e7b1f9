/**
 * Requests about prepared statements (protocol.md §6.2, §6.3).
 *
 * @module
 */
import { withBindStructures } from "./bind_structures.ts";
import { lastFailure, TaosFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { allocate, copyOut, cText, readAddress, viewOf } from "./memory.ts";
import { describe, type OpenResult } from "./result_description.ts";
import { type NativeField, placeholderBytes, readFields, statementOption } from "./structs.ts";

/** What a statement is made of. */
export interface PrepareArguments {
  readonly taos: Address;
  readonly sql: string;
  readonly reqId: bigint;
  /** Whether each table is bound at most once, and all are of one super table: the library's fast path. */
  readonly isFast: boolean;
  /** Whether the placeholders of an INSERT can be told: those of a lone `?` for the table cannot. */
  readonly describes: boolean;
}

/** A statement that is prepared. */
export interface PrepareValue {
  readonly statement: Address;
  readonly isInsert: boolean;
  /** Null for a query, and when nothing was to be told. */
  readonly placeholders: NativeField[] | null;
  readonly placeholderCount: number;
}

/** A bind request, and what it is bound to. */
export interface ExecuteArguments {
  readonly statement: Address;
  readonly isInsert: boolean;
  /** Whether its result must be freed; older libraries keep it for themselves. */
  readonly ownsResult: boolean;
  /** The frame with its head of 30 bytes (protocol.md §2.8, §4.1). */
  readonly frame: ArrayBuffer;
}

/** What an execution gives. */
export interface ExecuteValue {
  readonly affectedRows: number;
  /** Null for an INSERT. */
  readonly open: OpenResult | null;
}

/** Prepares a statement. */
export function prepare(library: NativeLibrary, args: PrepareArguments): PrepareValue {
  const { functions } = library;
  const option = statementOption(args.reqId, args.isFast);
  const statement = functions.taos_stmt2_init(args.taos, option);
  if (statement === 0) throw lastFailure(library, 0);
  try {
    const sql = cText(args.sql);
    const code = functions.taos_stmt2_prepare(statement, sql, BigInt(sql.length - 1));
    requireSuccess(library, statement, code);
    const isInsert = allocate(4);
    requireSuccess(library, statement, functions.taos_stmt2_is_insert(statement, isInsert));
    const described = args.describes
      ? placeholdersOf(library, statement)
      : { placeholders: null, placeholderCount: 0 };
    return { statement, isInsert: viewOf(isInsert).getInt32(0, true) !== 0, ...described };
  } catch (error) {
    functions.taos_stmt2_close(statement);
    throw error;
  }
}

/** Prepares a statement in the place of another one, which is closed. */
export function renewStatement(
  library: NativeLibrary,
  { statement, ...args }: PrepareArguments & { readonly statement: Address },
): PrepareValue {
  const value = prepare(library, args);
  library.functions.taos_stmt2_close(statement);
  return value;
}

/** Binds one request and executes it. */
export function execute(library: NativeLibrary, args: ExecuteArguments): ExecuteValue {
  const { functions } = library;
  const { statement, isInsert, ownsResult, frame } = args;
  const affected = allocate(4);
  withBindStructures(library, new Uint8Array(frame), (bindv) => {
    const code = functions.taos_stmt2_bind_param(statement, bindv, allColumns);
    requireSuccess(library, statement, code);
    requireSuccess(library, statement, functions.taos_stmt2_exec(statement, affected));
  });
  if (isInsert) return { affectedRows: viewOf(affected).getInt32(0, true), open: null };
  const result = functions.taos_stmt2_result(statement);
  if (result === 0) throw failureOfStatement(library, statement, noResult);
  try {
    return { affectedRows: 0, open: describe(library, result) };
  } catch (error) {
    if (ownsResult) functions.taos_free_result(result);
    throw error;
  }
}

/** Closes a statement. */
export function closeStatement(
  { functions }: NativeLibrary,
  { statement }: { readonly statement: Address },
): void {
  functions.taos_stmt2_close(statement);
}

const allColumns = -1;
/** 0x022A, misuse of the statement interface. */
const noResult = 0x022a;
const unspecified = -1;

function placeholdersOf(
  library: NativeLibrary,
  statement: Address,
): Pick<PrepareValue, "placeholders" | "placeholderCount"> {
  const { functions } = library;
  const [count, at] = [allocate(4), allocate(8)];
  requireSuccess(library, statement, functions.taos_stmt2_get_fields(statement, count, at));
  const placeholderCount = viewOf(count).getInt32(0, true);
  const fields = readAddress(viewOf(at), 0);
  if (fields === 0) return { placeholders: null, placeholderCount };
  const bytes = copyOut(library, fields, placeholderCount * placeholderBytes);
  functions.taos_stmt2_free_fields(statement, fields);
  return { placeholders: readFields(bytes, placeholderBytes), placeholderCount };
}

function requireSuccess(library: NativeLibrary, statement: Address, code: number): void {
  if (code !== 0) throw failureOfStatement(library, statement, code);
}

function failureOfStatement(
  library: NativeLibrary,
  statement: Address,
  code: number,
): TaosFailure {
  const { functions, text } = library;
  // -1 says no more than that it failed; the thread knows why.
  const reason = code === unspecified && functions.taos_errno(0) || code;
  return new TaosFailure(reason, text(functions.taos_stmt2_error(statement)));
}

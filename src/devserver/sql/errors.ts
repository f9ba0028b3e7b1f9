/**
 * The failures the database half reports, with TDengine's codes and messages.
 *
 * @module
 */
import { ServerError } from "../engine.ts";

/** Codes of the failures, as in `taoserror.h`. */
export const Code = {
  invalidParameter: 0x0118,
  dataFormat: 0x0110,
  invalidTimestamp: 0x0127,
  decimalOverflow: 0x013d,
  invalidOperation: 0x0200,
  insertSyntax: 0x0216,
  sqlTooLong: 0x0219,
  queryKilled: 0x022d,
  tableNameMissing: 0x022b,
  bindRowCount: 0x0236,
  stableExists: 0x0360,
  stableNotExist: 0x0362,
  databaseExists: 0x0381,
  databaseNotExist: 0x0388,
  tagExists: 0x0369,
  tagNotExist: 0x036a,
  columnExists: 0x036b,
  columnNotExist: 0x036c,
  tableExists: 0x0603,
  timeOutOfRange: 0x060b,
  syntax: 0x2600,
  incomplete: 0x2601,
  invalidColumn: 0x2602,
  tableNotExist: 0x2603,
  ambiguousColumn: 0x2604,
  wrongValueType: 0x2605,
  notSingleGroup: 0x260c,
  tagsNumber: 0x260d,
  databaseNotSpecified: 0x2616,
  databaseOption: 0x2619,
  duplicateColumn: 0x2638,
  columnCount: 0x263f,
  firstColumnTimestamp: 0x2641,
  invalidTagName: 0x2649,
  valueTooLong: 0x2653,
  nullTimestamp: 0x267b,
  functionParameterCount: 0x2801,
  functionParameterType: 0x2802,
  functionNotExist: 0x2600,
} as const;

/** Returns the failure for SQL the grammar does not have; `rest` is the text from the offending token on. */
export function syntaxError(rest: string): ServerError {
  return rest === ""
    ? new ServerError(Code.incomplete, "Incomplete SQL statement")
    : new ServerError(Code.syntax, `syntax error near "${rest}"`);
}

/** Returns the failure for a value list that does not fit; `near` is the offending text. */
export function insertError(near: string, reason: string): ServerError {
  return new ServerError(Code.insertSyntax, `syntax error near '${near}' (${reason})`);
}

/** Returns the failure for TDengine SQL this server does not carry out. */
export function unsupported(what: string): ServerError {
  return new ServerError(Code.syntax, `not supported by the embedded server: ${what}`);
}

/** Returns the failure for a column nobody has. */
export function invalidColumn(name: string): ServerError {
  return new ServerError(Code.invalidColumn, `Invalid column name: ${name}`);
}

/** Returns the failure for a table nobody has. */
export function tableNotExist(): ServerError {
  return new ServerError(Code.tableNotExist, "Table does not exist");
}

/** Returns the failure for a database nobody has. */
export function databaseNotExist(): ServerError {
  return new ServerError(Code.databaseNotExist, "Database not exist");
}

/** Returns the failure for a value longer than its column or tag. */
export function valueTooLong(column: string): ServerError {
  return new ServerError(Code.valueTooLong, `Value too long for column/tag: ${column}`);
}

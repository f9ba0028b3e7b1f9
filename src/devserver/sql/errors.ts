/**
 * The failures the database half reports, with TDengine's codes and messages.
 *
 * @module
 */
import { ServerError } from "../engine.ts";

/** Codes of the failures, as in `taoserror.h`. */
export const Code = {
  outOfMemory: 0x0102,
  dataFormat: 0x0110,
  invalidTimestamp: 0x0127,
  decimalOverflow: 0x013d,
  invalidOperation: 0x0200,
  insertSyntax: 0x0216,
  sqlTooLong: 0x0219,
  tableNameMissing: 0x022b,
  queryKilled: 0x022d,
  encodeParameter: 0x0231,
  compressParameter: 0x0232,
  compressLevel: 0x0234,
  bindRowCount: 0x0236,
  stableExists: 0x0360,
  stableNotExist: 0x0362,
  tagExists: 0x0369,
  tagNotExist: 0x036a,
  columnExists: 0x036b,
  columnNotExist: 0x036c,
  functionNotExist: 0x0374,
  stableAlterOption: 0x03c2,
  databaseExists: 0x0381,
  databaseNotExist: 0x0388,
  tableExists: 0x0603,
  timeOutOfRange: 0x060b,
  tableInOtherStable: 0x061d,
  syntax: 0x2600,
  incomplete: 0x2601,
  invalidColumn: 0x2602,
  tableNotExist: 0x2603,
  ambiguousColumn: 0x2604,
  wrongValueType: 0x2605,
  aggregateNotAllowed: 0x2608,
  orderPlace: 0x2609,
  notGroupExpression: 0x260a,
  notSelected: 0x260b,
  notSingleGroup: 0x260c,
  tagsNumber: 0x260d,
  unknownTag: 0x260e,
  intervalTooSmall: 0x2615,
  databaseNotSpecified: 0x2616,
  invalidIdentifier: 0x2617,
  databaseOption: 0x2619,
  tableOption: 0x261a,
  intervalTooBig: 0x261b,
  groupAndWindow: 0x2624,
  aggregateNesting: 0x2627,
  stateType: 0x2628,
  stateTag: 0x2629,
  sessionGap: 0x262b,
  sessionColumn: 0x262c,
  intervalOffsetNegative: 0x262d,
  intervalOffsetUnit: 0x262e,
  intervalOffset: 0x262f,
  slidingUnit: 0x2630,
  slidingTooBig: 0x2631,
  slidingTooSmall: 0x2632,
  oneJsonTag: 0x2633,
  incorrectColumnCount: 0x2634,
  invalidTimeLiteral: 0x2635,
  negativeOffset: 0x2637,
  slimitWithoutPartition: 0x2638,
  dropStable: 0x263a,
  fillRange: 0x263b,
  duplicateColumn: 0x263c,
  tagsLength: 0x263d,
  rowLength: 0x263e,
  columnCount: 0x263f,
  tooManyColumns: 0x2640,
  firstColumnTimestamp: 0x2641,
  variableLength: 0x2642,
  tagCount: 0x2643,
  countWindow: 0x2645,
  rowTime: 0x2646,
  invalidAlterTable: 0x2649,
  primaryTimestampDrop: 0x264a,
  modifyColumn: 0x264b,
  invalidTableName: 0x264c,
  commentTooLong: 0x264e,
  functionNotAllowed: 0x264f,
  windowNotAllowed: 0x2650,
  columnDrop: 0x2651,
  columnJson: 0x2652,
  valueTooLong: 0x2653,
  deleteWhere: 0x2655,
  fillFunction: 0x2657,
  windowPseudoColumn: 0x2658,
  interpClause: 0x265d,
  windowFunction: 0x265e,
  singleTable: 0x265f,
  aliasNotUnique: 0x2663,
  joinNotSupported: 0x2664,
  tagsColumn: 0x2665,
  invalidExpression: 0x2667,
  systemTableNotAllowed: 0x2669,
  invalidVarbinary: 0x266a,
  ambiguousOrder: 0x266f,
  timestampRequired: 0x2674,
  unknownOrder: 0x2675,
  primaryKeyPlace: 0x2678,
  primaryKeyType: 0x2679,
  nullTimestamp: 0x267b,
  regularExpression: 0x2681,
  trueForUnit: 0x2688,
  colsFunction: 0x2689,
  joinCondition: 0x2701,
  crossJoin: 0x2702,
  functionError: 0x2800,
  functionParameterCount: 0x2801,
  functionParameterType: 0x2802,
  functionParameterValue: 0x2803,
  timestampFormat: 0x2806,
  timeUnitInvalid: 0x280a,
  timeUnitTooSmall: 0x280b,
  functionParameterRange: 0x2811,
  primaryTimestampArgument: 0x2812,
  scalarConvert: 0x3250,
} as const;

/** Returns the failure for SQL the grammar does not have; `rest` is the text from the offending token on. */
export function syntaxError(rest: string): ServerError {
  return rest === ""
    ? new ServerError(Code.incomplete, "Incomplete SQL statement")
    : new ServerError(Code.syntax, `syntax error near "${rest}"`);
}

/** Characters of the statement that the failures of INSERT show. */
const shownCharacters = 63;

/** Returns the failure for a value list that does not fit; `near` is the offending text. */
export function insertError(near: string, reason: string): ServerError {
  return new ServerError(
    Code.insertSyntax,
    `syntax error near '${near.slice(0, shownCharacters)}' (${reason})`,
  );
}

/** Returns the failure for a number of values that is not that of the columns. */
export function wrongColumnCount(): ServerError {
  return new ServerError(Code.columnCount, "Illegal number of columns");
}

/** Returns the failure for a statement that is written well and still cannot be carried out. */
export function invalidOperation(message: string): ServerError {
  return new ServerError(Code.invalidOperation, message);
}

/** Returns the failure for TDengine SQL this server does not carry out. */
export function unsupported(what: string): ServerError {
  return new ServerError(Code.syntax, `not supported by the embedded server: ${what}`);
}

/** Returns the failure for functions that cannot stand where they do, or not next to each other. */
export function functionsNotAllowed(): ServerError {
  return new ServerError(
    Code.functionNotAllowed,
    "Some functions are allowed only in the SELECT list of a query. And, cannot be mixed with other non scalar functions or columns.",
  );
}

/** Returns the failure for a DECIMAL with more digits than its type. */
export function decimalOverflow(): ServerError {
  return new ServerError(Code.decimalOverflow, "Decimal value overflow");
}

/** Returns the failure for a pattern that is no regular expression. */
export function regularExpressionError(): ServerError {
  return new ServerError(Code.regularExpression, "Regular expression error");
}

/** Returns the failure for a column nobody has. */
export function invalidColumn(name: string): ServerError {
  return new ServerError(Code.invalidColumn, `Invalid column name: ${name}`);
}

/** Returns the failure for a table nobody has. */
export function tableNotExist(): ServerError {
  return new ServerError(Code.tableNotExist, "Table does not exist");
}

/** Returns the failure for a change a table does not take. */
export function invalidAlter(message = "Invalid alter table statement"): ServerError {
  return new ServerError(Code.invalidAlterTable, message);
}

/** Returns the failure for two columns of one name. */
export function duplicatedColumn(): ServerError {
  return new ServerError(Code.duplicateColumn, "Duplicated column names");
}

/** Returns the failure for a database nobody has. */
export function databaseNotExist(): ServerError {
  return new ServerError(Code.databaseNotExist, "Database not exist");
}

/** Returns the failure for a value longer than its column or tag. */
export function valueTooLong(column: string): ServerError {
  return new ServerError(Code.valueTooLong, `Value too long for column/tag: ${column}`);
}

/** Returns the failure for a number that is not the place of an item in the select list. */
export function wrongPlace(): ServerError {
  return new ServerError(
    Code.orderPlace,
    "ORDER BY item must be the number of a SELECT-list expression",
  );
}

/**
 * A client for TDengine: exact values, columns in Arrow's layout, and the same API in Deno, Bun, Node and browsers.
 *
 * @example Write and read
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function main(url: string) {
 *   await using db = await connect(url);
 *   await db.exec("create database if not exists power");
 *   await db.use("power");
 *   await db.exec("create stable if not exists meters (ts timestamp, current float) tags (site nchar(16))");
 *   await db.insert("d1", { ts: [new Date()], current: [10.3] }, { using: "meters", tags: { site: "north" } });
 *   for await (const row of db.sql`select ts, current from meters where current > ${10}`) {
 *     console.log(row["ts"], row["current"]);
 *   }
 * }
 * ```
 *
 * @module
 */
export { connect } from "./src/connect.ts";
export { Connection } from "./src/connection.ts";
export { Query } from "./src/query.ts";
export type { QueryOptions } from "./src/query.ts";
export { Result } from "./src/result.ts";
export { Statement } from "./src/statements/statement.ts";
export type { ExecResult, InsertResult } from "./src/statements/context.ts";
export type { Columns, ColumnValues, TableData } from "./src/statements/bound_tables.ts";
export type { InsertOptions } from "./src/statements/insert.ts";
export type { InsertData, InsertRow } from "./src/statements/insert_data.ts";
export type { TableName } from "./src/statements/insert_sql.ts";
export { Writer } from "./src/writer/writer.ts";
export type { WriterData } from "./src/writer/intake.ts";
export { WriteError } from "./src/writer/write_error.ts";
export type { RetryOptions, WaitOptions, WriterOptions } from "./src/writer/writer_options.ts";
export type { TableReport, WriteFailure, WriteReport } from "./src/writer/write_report.ts";

export {
  json,
  JsonPoint,
  line,
  LinePoint,
  telnet,
  TelnetPoint,
  ValuePoint,
} from "./src/schemaless/builders.ts";
export type { JsonBuilder, LineBuilder, TelnetBuilder } from "./src/schemaless/builders.ts";
export { Point } from "./src/schemaless/point.ts";
export type { PointParts, PointTime } from "./src/schemaless/point.ts";
export type { FieldType, FieldValue, PointValue, TagValue } from "./src/schemaless/point_value.ts";
export { formatPoints } from "./src/schemaless/format_points.ts";
export type { PointText } from "./src/schemaless/format_points.ts";
export type {
  LineOptions,
  LineResult,
  LineText,
  PointOptions,
} from "./src/schemaless/write_lines.ts";
export type { LinePrecision, LineProtocol } from "./src/transports/transport.ts";

export { Fragment, fragment, id, Identifier, list } from "./src/sql/template.ts";
export type { TemplateValue } from "./src/sql/template.ts";
export { subscribe } from "./src/subscribe.ts";
export { Consumer } from "./src/tmq/consumer.ts";
export { Message } from "./src/tmq/message.ts";
export type { SubscribeOptions } from "./src/tmq/options.ts";
export type { Assignment, VgroupOffset } from "./src/tmq/positions.ts";
export type * from "./src/tmq/metadata.ts";
export type { TopicOffset } from "./src/transports/consumer_port.ts";
export { MessageBlock } from "./src/codec/message_block.ts";

export { Param, param } from "./src/sql/param.ts";
export type { ParamMakers, SqlValue } from "./src/sql/param.ts";

export type { ConnectOptions, TokenSource } from "./src/options.ts";
export type { TransportHint } from "./src/dsn.ts";
export type {
  ClientEvent,
  CommitEvent,
  ConnectEvent,
  DisconnectEvent,
  RebalanceEvent,
  ReconnectEvent,
  WarningEvent,
} from "./src/events.ts";
export type { TransportKind } from "./src/transports/transport.ts";
export type { Field, InstantLike, Precision, RequestOptions, ValueOptions } from "./src/types.ts";
export { DataType } from "./src/data_type.ts";
export type { DataTypeName } from "./src/data_type.ts";

export {
  ClientCode,
  CodecError,
  ConnectionError,
  DatabaseError,
  InterfaceError,
  isTaosError,
  OperationalError,
  ProgrammingError,
  ResultError,
  SchemalessError,
  StatementError,
  TaosError,
  TimeoutError,
  TmqError,
  UnsupportedError,
} from "./src/errors.ts";
export type {
  CodecErrorDetails,
  ErrorDetails,
  ErrorKind,
  ErrorOutcome,
  SchemalessErrorDetails,
  TmqErrorDetails,
} from "./src/errors.ts";

export { ColumnBatch } from "./src/batch.ts";
export { BoolColumn, DecimalColumn, FixedColumn, VarColumn } from "./src/column.ts";
export type { Column, FixedValues } from "./src/column.ts";
export type { Cell, CellTypes, JsonValue, Row } from "./src/value_modes.ts";
export { Codec } from "./src/codec/codec.ts";
export type { DecodeOptions } from "./src/codec/codec.ts";
export { initCodec } from "./src/codec/load.ts";
export { SourceForm } from "./src/codec/bind_request.ts";
export type { BindRequest, Source } from "./src/codec/bind_request.ts";

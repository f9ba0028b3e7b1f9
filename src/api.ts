/**
 * The public API except for `connect()`, `subscribe()` and `initCodec()`, which each entry of the package makes from
 * what it has: this part knows neither a transport nor the codec's bytes.
 *
 * @module
 */
export { Connection } from "./connection.ts";
export { Query } from "./query.ts";
export type { QueryOptions } from "./query.ts";
export { Result } from "./result.ts";
export { Statement } from "./statements/statement.ts";
export type {
  ExecResult,
  ExecuteOptions,
  InsertResult,
  WrittenParts,
} from "./statements/context.ts";
export type { Columns, ColumnValues, TableData } from "./statements/bound_tables.ts";
export type { InsertOptions } from "./statements/insert.ts";
export type { InsertData, InsertRow } from "./statements/insert_data.ts";
export type { TableName } from "./statements/insert_sql.ts";
export { Writer } from "./writer/writer.ts";
export type { WriterData } from "./writer/intake.ts";
export { WriteError } from "./writer/write_error.ts";
export type { RetryOptions, WaitOptions, WriterOptions } from "./writer/writer_options.ts";
export type { TableReport, WriteFailure, WriteReport } from "./writer/write_report.ts";

export {
  json,
  JsonPoint,
  line,
  LinePoint,
  telnet,
  TelnetPoint,
  ValuePoint,
} from "./schemaless/builders.ts";
export type { JsonBuilder, LineBuilder, TelnetBuilder } from "./schemaless/builders.ts";
export { Point } from "./schemaless/point.ts";
export type { PointParts, PointTime } from "./schemaless/point.ts";
export type { FieldType, FieldValue, PointValue, TagValue } from "./schemaless/point_value.ts";
export { formatPoints } from "./schemaless/format_points.ts";
export type { PointText } from "./schemaless/format_points.ts";
export type { LineOptions, LineResult, LineText, PointOptions } from "./schemaless/write_lines.ts";
export type { LinePrecision, LineProtocol } from "./transports/transport.ts";

export { Fragment, fragment, id, Identifier, list } from "./sql/template.ts";
export type { TemplateValue } from "./sql/template.ts";
export { Consumer } from "./tmq/consumer.ts";
export { Message } from "./tmq/message.ts";
export { applyMessage } from "./replication/apply_message.ts";
export type { AppliedMessage, Replication } from "./replication/apply_message.ts";
export type { SubscribeOptions } from "./tmq/options.ts";
export type { Assignment, VgroupOffset } from "./tmq/positions.ts";
export type * from "./tmq/metadata.ts";
export type { TopicOffset } from "./transports/consumer_port.ts";
export { MessageBlock } from "./codec/message_block.ts";

export { Param, param } from "./sql/param.ts";
export type { ParamMakers, SqlValue } from "./sql/param.ts";

export type { ConnectOptions, TokenSource } from "./options.ts";
export type { TransportHint } from "./dsn.ts";
export type {
  ClientEvent,
  CommitEvent,
  ConnectEvent,
  DisconnectEvent,
  RebalanceEvent,
  ReconnectEvent,
  WarningEvent,
} from "./events.ts";
export type { TransportKind } from "./transports/transport.ts";
export type { Field, InstantLike, Precision, RequestOptions, ValueOptions } from "./types.ts";
export { DataType } from "./data_type.ts";
export type { DataTypeName } from "./data_type.ts";

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
} from "./errors.ts";
export type {
  CodecErrorDetails,
  ErrorDetails,
  ErrorKind,
  ErrorOutcome,
  SchemalessErrorDetails,
  TmqErrorDetails,
} from "./errors.ts";

export { ColumnBatch } from "./batch.ts";
export { BoolColumn, DecimalColumn, FixedColumn, VarColumn } from "./column.ts";
export type { Column, FixedValues } from "./column.ts";
export type { Cell, CellTypes, ChosenOptions, JsonValue, Row } from "./value_modes.ts";
export { Codec } from "./codec/codec.ts";
export type { DecodeOptions } from "./codec/codec.ts";
export { SourceForm } from "./codec/bind_request.ts";
export type { BindRequest, Source } from "./codec/bind_request.ts";

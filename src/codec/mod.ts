/**
 * The codec on its own, for people who hold raw bytes: blocks → columns, instants and decimals ↔ text.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client/codec";
 * import { equal } from "node:assert/strict";
 *
 * const codec = await initCodec();
 * equal(codec.convertTimestamp(1_500n, "us", "ms"), 1n);
 * ```
 *
 * @module
 */
export { initCodec } from "./load.ts";
export type { CodecModule } from "./loader.ts";
export { Codec } from "./codec.ts";
export type { DecodeOptions } from "./codec.ts";
export { RestParser } from "./rest.ts";
export type { RestReply } from "./rest.ts";
export { MessageBlock } from "./message_block.ts";
export type { MessageBlockInit } from "./message_block.ts";
export type { DecodedMessage } from "./tmq.ts";
export type { CodecFault } from "./bindings.ts";
export type { FaultMapper } from "./instance.ts";
export { ColumnBatch } from "../batch.ts";
export type { ColumnBatchInit } from "../batch.ts";
export { BoolColumn, DecimalColumn, FixedColumn, VarColumn } from "../column.ts";
export type {
  CellFormats,
  Column,
  ColumnContext,
  ColumnInit,
  DecimalInit,
  FixedValues,
  VarInit,
} from "../column.ts";
export type { CellReader, ColumnBase } from "../columns/column_base.ts";
export { DataType, dataTypeNames } from "../data_type.ts";
export type { DataTypeName } from "../data_type.ts";
export type { Field, Precision, ValueOptions } from "../types.ts";
export type { Cell, CellTypes, JsonValue, ResolvedValueOptions, Row } from "../value_modes.ts";
export { CodecError, InterfaceError, isTaosError, TaosError } from "../errors.ts";
export type { CodecErrorDetails, ErrorDetails, ErrorKind, ErrorOutcome } from "../errors.ts";
export { SourceForm } from "./bind_request.ts";
export type { BindRequest, Source } from "./bind_request.ts";

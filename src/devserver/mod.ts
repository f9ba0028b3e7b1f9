/**
 * A TDengine-compatible server for demos and tests: clients of the WebSocket and REST interfaces connect to it as to a
 * real one.
 *
 * ```ts
 * import { createServer } from "tdwire/devserver";
 *
 * await using server = await createServer({ port: 0 });
 * console.log(server.url); // ws://127.0.0.1:…
 * ```
 *
 * @module
 */

export { createServer, type DevServer, type DevServerOptions } from "./server.ts";
export type { Fault, FaultInfo, Faults, ReceivedStatement } from "./faults.ts";
export { ServerError } from "./engine.ts";
export type {
  BoundTable,
  Cell,
  Engine,
  EngineField,
  Placeholder,
  Precision,
  Prepared,
  RowSet,
  SchemalessText,
  SchemalessUpdate,
  Session,
  Update,
} from "./engine.ts";
export type { Json, JsonObject } from "./replies.ts";
export type {
  Assignment,
  ConsumerSettings,
  CreatedTable,
  TopicBlock,
  TopicConsumer,
  TopicEngine,
  TopicEvent,
  TopicField,
  TopicMessage,
  TopicTag,
} from "./tmq/topic_engine.ts";

/**
 * What a Worker can be asked to do. Each function of these modules is one request: it runs synchronously in one thread,
 * so that what belongs together (a call, its errno, its fields) is one message there and one back. Arguments and values
 * are plain data; ArrayBuffers that are members of a value are transferred.
 *
 * @module
 */
import * as connection from "./connection_requests.ts";
import * as consumers from "./consumer_requests.ts";
import * as messages from "./message_requests.ts";
import * as offsets from "./offset_requests.ts";
import * as results from "./result_requests.ts";
import * as schemaless from "./schemaless_requests.ts";
import * as statements from "./statement_requests.ts";

/** All requests by name. */
export type Requests =
  & typeof connection
  & typeof consumers
  & typeof messages
  & typeof offsets
  & typeof results
  & typeof schemaless
  & typeof statements;

/** Name of a request. */
export type RequestName = keyof Requests;

/** What a request is given. */
export type RequestArguments<N extends RequestName> = Parameters<Requests[N]>[1];

/** What a request gives. */
export type RequestValue<N extends RequestName> = ReturnType<Requests[N]>;

/** All requests. */
export const requests: Requests = {
  ...connection,
  ...consumers,
  ...messages,
  ...offsets,
  ...results,
  ...schemaless,
  ...statements,
};

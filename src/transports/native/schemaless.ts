/**
 * Schemaless writing through libtaos.
 *
 * @module
 */
import type {
  Call,
  LineExecution,
  LinePrecision,
  LineProtocol,
  LineRequest,
  SchemalessPort,
} from "../transport.ts";
import type { NativeConnection } from "./connection.ts";

const protocols: Readonly<Record<LineProtocol, number>> = { line: 1, telnet: 2, json: 3 };
const precisions: Readonly<Record<LinePrecision, number>> = {
  h: 1,
  m: 2,
  s: 3,
  ms: 4,
  us: 5,
  ns: 6,
};

/** Writes lines on a connection. */
export class NativeSchemaless implements SchemalessPort {
  readonly #connection: NativeConnection;

  constructor(connection: NativeConnection) {
    this.#connection = connection;
  }

  async write(request: LineRequest, call: Call): Promise<LineExecution> {
    const { protocol, precision, ttlDays = 0, data, tableNameKey } = request;
    const { taos } = this.#connection;
    const args = {
      taos,
      data,
      protocol: protocols[protocol],
      precision: precision === undefined ? 0 : precisions[precision],
      ttlDays,
      reqId: call.reqId,
      tableNameKey,
    };
    return await this.#connection.request("writeLines", args, {
      ...call,
      what: "writing lines",
      errors: { context: "schemaless", lineOf: (message) => request.lineOf(message) },
    });
  }
}

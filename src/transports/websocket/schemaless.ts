/**
 * Schemaless writing over `/ws` (protocol.md §2.6).
 *
 * @module
 */
import { databaseError } from "../../errors.ts";
import type {
  Call,
  LineExecution,
  LineProtocol,
  LineRequest,
  SchemalessPort,
} from "../transport.ts";
import type { Channel } from "./channel.ts";
import { requireFeature } from "./features.ts";

const protocols: Readonly<Record<LineProtocol, number>> = { line: 1, telnet: 2, json: 3 };

/** The server calls microseconds `u`. An unknown unit it takes for nanoseconds in silence. */
function wirePrecision({ precision = "" }: { readonly precision?: string | undefined }): string {
  return precision === "us" ? "u" : precision;
}

/** Writes lines over a channel. */
export class WebSocketSchemaless implements SchemalessPort {
  readonly #channel: Channel;
  readonly #version: string;

  constructor(channel: Channel, version: string) {
    this.#channel = channel;
    this.#version = version;
  }

  async write(request: LineRequest, call: Call): Promise<LineExecution> {
    const { protocol, ttlDays = 0, data, tableNameKey } = request;
    if (tableNameKey !== undefined) requireFeature(this.#version, "tableNameKey");
    const reply = await this.#channel.request("insert", {
      protocol: protocols[protocol],
      precision: wirePrecision(request),
      ttl: ttlDays,
      data,
      table_name_key: tableNameKey,
    }, call);
    if (reply.code !== 0) {
      throw databaseError(reply.code, reply.message, {
        context: "schemaless",
        reqId: call.reqId,
        affectedRows: reply.affected_rows,
        line: request.lineOf(reply.message),
      });
    }
    return { affectedRows: reply.affected_rows, totalRows: reply.total_rows };
  }
}

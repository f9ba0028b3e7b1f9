/**
 * Schemaless writing over HTTP: taosAdapter's endpoints for InfluxDB lines, OpenTSDB telnet lines and OpenTSDB JSON
 * (protocol.md §1.8).
 *
 * The answer to a success is 204 without a body: all of the text has been written, and no number comes with it. An
 * adapter may be configured without these endpoints.
 *
 * @module
 */
import { databaseError, SchemalessError, UnsupportedError } from "../../errors.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import type { Call, LineExecution, LineRequest, SchemalessPort } from "../transport.ts";
import type { Endpoint, HttpRequest } from "./endpoint.ts";
import { answerError, type OtherAnswer, parseError } from "./http_errors.ts";
import type { RestQueries } from "./queries.ts";

/** First server version that does not ignore `table_name_key`. */
const tableNameKeyVersion = "3.3.3.0";
const databaseNotSpecified = 0x2616;

/** What is known of the server, and what each request says of the client. */
export interface SchemalessInit {
  readonly serverVersion: string;
  readonly applicationName: string | undefined;
}

/** Writes lines over an endpoint. */
export class RestSchemaless implements SchemalessPort {
  readonly #endpoint: Endpoint;
  readonly #queries: RestQueries;
  readonly #init: SchemalessInit;

  constructor(endpoint: Endpoint, queries: RestQueries, init: SchemalessInit) {
    this.#endpoint = endpoint;
    this.#queries = queries;
    this.#init = init;
  }

  async write(request: LineRequest, call: Call): Promise<LineExecution> {
    const { reqId } = call;
    this.#requireTableNameKey(request);
    const { database } = this.#queries;
    if (database === undefined) {
      throw databaseError(databaseNotSpecified, "", {
        context: "schemaless",
        outcome: "not-sent",
        reqId,
      });
    }
    return await this.#queries.inFlight(reqId, async () => {
      const reply = await this.#endpoint.post(this.#httpRequest(request, database, reqId), call);
      const answer = {
        status: reply.status,
        text: await reply.text(call),
        url: this.#endpoint.url,
      };
      if (reply.status !== 204) throw refusal(answer, request, reqId);
      return { affectedRows: undefined, totalRows: undefined };
    });
  }

  #requireTableNameKey({ tableNameKey }: LineRequest): void {
    const { serverVersion } = this.#init;
    if (tableNameKey === undefined || isAtLeast(serverVersion, tableNameKeyVersion)) return;
    throw new UnsupportedError(
      `the tableNameKey option: needs a server of version ${tableNameKeyVersion}; this one is ${serverVersion}`,
    );
  }

  #httpRequest(request: LineRequest, database: string, reqId: bigint): HttpRequest {
    const { protocol, precision, ttlDays, tableNameKey, data } = request;
    const isLine = protocol === "line";
    return {
      path: isLine
        ? "/influxdb/v1/write"
        : `/opentsdb/v1/put/${protocol}/${encodeURIComponent(database)}`,
      query: {
        db: isLine ? database : undefined,
        // The server calls microseconds `u`. An unknown unit it takes for nanoseconds in silence.
        precision: precision === "us" ? "u" : precision,
        ttl: ttlDays?.toString(),
        table_name_key: tableNameKey,
        req_id: String(reqId),
        app: this.#init.applicationName,
      },
      body: protocol === "telnet" ? withCommand(data) : data,
      what: "writeLines",
    };
  }
}

/** The endpoint takes a leading `put ` for a command; a metric of that name needs one in front of it. */
function withCommand(lines: string): string {
  return lines.replace(/^put (?=\d+ )/gm, "put put ");
}

/** The error for another answer than 204. The code in the body is none of TDengine's: that stands in the text. */
function refusal(answer: OtherAnswer, request: LineRequest, reqId: bigint): Error {
  const { status, text, url } = answer;
  if (status === 401) return answerError(answer, { reqId });
  const said = parseError(text)?.message ?? text;
  const [, code, message] = /^\[0x([0-9a-f]{1,8})\] (.*)$/is.exec(said) ?? [];
  if (code !== undefined && message !== undefined) {
    const line = request.lineOf(message);
    return databaseError(parseInt(code, 16), message, { context: "schemaless", reqId, line });
  }
  if (status === 404 || status < 300) {
    return new UnsupportedError(
      `${url}: this adapter has no endpoint for the ${request.protocol} format; a ws: URL writes without one`,
      // A success that is not the adapter's 204 may have come from a proxy behind which the rows were written.
      { outcome: status === 404 ? "rejected" : "unknown", reqId },
    );
  }
  // Without a code of TDengine's the adapter itself has refused, and an error of a proxy says nothing of the rows.
  const isOverloaded = status === 429 || status === 503;
  return new SchemalessError(`${url}: HTTP ${status}: ${said.trim().slice(0, 200)}`, {
    reqId,
    outcome: status >= 500 && !isOverloaded ? "unknown" : "rejected",
    retryable: isOverloaded,
  });
}

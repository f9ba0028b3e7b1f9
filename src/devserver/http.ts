/**
 * The REST interface (protocol.md §1): `/rest/sql`, `/rest/login`, `/-/ping`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type RowSet, ServerError, type Session } from "./engine.ts";
import { applyFault, type Fault, faultError, FaultGate, type Faults } from "./faults.ts";
import { HttpBody, setCommonHeaders } from "./http_body.ts";
import {
  HttpError,
  readBody,
  readCredentials,
  readSqlParameters,
  type SqlParameters,
} from "./http_request.ts";
import { formatColumnMeta, makeRowFormatter, quote, toByteText } from "./http_rows.ts";
import { formatToken } from "./http_token.ts";
import { elapsedNs } from "./replies.ts";
import { writeUpload } from "./schemaless_http.ts";
import { checkLogin, type ServerContext, useDatabase } from "./session.ts";

/** One request under way. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  startedMs: number;
}

/** Answers HTTP requests. */
export class HttpHandler {
  private readonly context: ServerContext;
  private readonly gate: FaultGate;
  private readonly running = new Set<Promise<void>>();

  constructor(context: ServerContext, faults: Faults | undefined) {
    this.context = context;
    this.gate = new FaultGate(faults, 0, context.statements);
  }

  /** Answers one request. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://server");
    const exchange = { request, response, url, startedMs: performance.now() };
    const task = this.answer(exchange).catch((error) => sendFailure(exchange, error)).finally(() =>
      this.running.delete(task)
    );
    this.running.add(task);
    return task;
  }

  /** Waits for the requests that are running. */
  async idle(): Promise<void> {
    await Promise.all(this.running);
  }

  private async answer(exchange: Exchange): Promise<void> {
    const { request, url } = exchange;
    setCommonHeaders(request, exchange.response);
    if (request.method === "OPTIONS") return sendEmpty(exchange, 204);
    const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
    const route = `${request.method} ${path[0]}/${path[1] ?? ""}`;
    if (route === "GET -/ping") return sendEmpty(exchange, 200);
    if (route === "GET rest/login") return this.logIn(exchange, path[2] ?? "", path[3] ?? "");
    if (route === "POST rest/sql" && path[3] === "vgid") return await this.listGroups(exchange);
    if (route === "POST rest/sql" && path.length <= 3) {
      return await this.runSql(exchange, path[2] ?? "");
    }
    if (/^POST (influxdb|opentsdb)\/v1$/.test(route)) return await this.writeLines(exchange, path);
    sendNotFound(exchange);
  }

  private async writeLines(exchange: Exchange, path: string[]): Promise<void> {
    const body = new TextDecoder().decode(await readBody(exchange.request));
    const { url, request: { headers } } = exchange;
    const reply = await writeUpload(this.context, { path, query: url.searchParams, headers, body });
    if (reply === null) return sendNotFound(exchange);
    if (reply.body === null) return sendEmpty(exchange, reply.status);
    sendJson(exchange, reply.status, reply.body);
  }

  private logIn(exchange: Exchange, user: string, password: string): void {
    if (user === "" || password === "" || new TextEncoder().encode(user).byteLength > 24) {
      throw new HttpError(400, 0xffff, "invalid user or password");
    }
    if (!this.context.engine.authenticate(user, password)) {
      throw new HttpError(401, 3, "Authentication failure");
    }
    sendJson(exchange, 200, { code: 0, desc: formatToken(user, password) });
  }

  /** Tables have no groups here: all are told to be in group 2. */
  private async listGroups(exchange: Exchange): Promise<void> {
    checkLogin(this.context, readCredentials(exchange.request.headers.authorization));
    const names: unknown = JSON.parse(new TextDecoder().decode(await readBody(exchange.request)));
    if (!Array.isArray(names)) throw new HttpError(400, 0xffff, "invalid table names");
    sendJson(exchange, 200, { code: 0, vgIDs: names.map(() => 2) });
  }

  private async runSql(exchange: Exchange, database: string): Promise<void> {
    const { searchParams } = exchange.url;
    const { authorization } = exchange.request.headers;
    const credentials = readCredentials(authorization, searchParams.has("token"));
    const parameters = readSqlParameters(searchParams);
    const sql = new TextDecoder().decode(await readBody(exchange.request));
    if (sql === "") throw new HttpError(400, 0x1106, "request is empty");
    if (sql.trim() === "") throw new HttpError(400, 0x1107, "no sql input");
    const user = checkLogin(this.context, credentials);
    const fault = await this.gate.ask("rest/sql", parameters.reqId, sql);
    const refusal = faultError(fault);
    if (refusal !== null) throw new ServerError(refusal.code, refusal.message);
    const session = this.context.engine.openSession(user);
    try {
      await this.execute(exchange, session, database, sql.trim(), parameters, fault);
    } finally {
      await session.close();
    }
  }

  private async execute(
    exchange: Exchange,
    session: Session,
    database: string,
    sql: string,
    parameters: SqlParameters,
    fault: Fault,
  ): Promise<void> {
    if (parameters.connectionTimeZone !== null) session.timeZone = parameters.connectionTimeZone;
    // A database that is missing shows later, in the statement that needs it: `create database` must get through.
    if (database !== "") await useDatabase(session, database).catch(() => undefined);
    const outcome = await session.execute(sql, parameters.reqId);
    const body = new HttpBody(
      exchange.request,
      exchange.response,
      fault !== undefined && fault !== "pass",
    );
    const tail = () => (parameters.hasTiming ? `,"timing":${elapsedNs(exchange.startedMs)}}` : "}");
    if (outcome.kind === "rows") await writeRows(body, outcome, parameters);
    else body.add(formatUpdate(outcome.affectedRows | 0, parameters.isRowObject));
    body.add(tail());
    await finish(exchange, body, fault);
  }
}

async function finish(exchange: Exchange, body: HttpBody, fault: Fault): Promise<void> {
  if (fault === undefined || fault === "pass") return await body.end();
  const faulted = await applyFault(fault, body.held());
  if (faulted === "close") exchange.response.destroy();
  else if (faulted !== "drop") {
    const { reply, cutAt } = faulted;
    const isCut = cutAt !== undefined || (typeof fault === "object" && "truncateBytes" in fault);
    await body.end(reply.slice(0, cutAt), isCut);
  }
}

function formatUpdate(affectedRows: number, isRowObject: boolean): string {
  const row = isRowObject ? `{"affected_rows":${affectedRows}}` : `[${affectedRows}]`;
  return `{"code":0,"column_meta":[["affected_rows","INT",4]],"data":[${row}],"rows":1`;
}

/** Streams a result; an error in the middle ends the rows silently, as the real server does. */
async function writeRows(body: HttpBody, rows: RowSet, parameters: SqlParameters): Promise<void> {
  const format = makeRowFormatter(rows, parameters.timeZone, parameters.isRowObject);
  body.add(`{"code":0,"column_meta":${formatColumnMeta(rows.fields)},"data":[`);
  let count = 0;
  try {
    for await (const block of rows.blocks) {
      const blockRows = block[0]?.length ?? 0;
      for (let row = 0; row < blockRows; row++) {
        body.add((count++ === 0 ? "" : ",") + format(block, row));
        if (body.isFull) await body.flushFull();
      }
      if (body.isClosed) break;
    }
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
  }
  body.add(`],"rows":${count}`);
}

function sendFailure(exchange: Exchange, error: unknown): void {
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  const status = error instanceof HttpError ? error.status : 200;
  const code = error instanceof HttpError || error instanceof ServerError ? error.code : 0xffff;
  const message = error instanceof Error ? error.message : String(error);
  const text = `{"code":${code & 0xffff},"desc":${quote(toByteText(message))},"timing":${
    elapsedNs(exchange.startedMs)
  }}`;
  sendText(exchange, status, "application/json; charset=utf-8", text);
}

function sendJson(exchange: Exchange, status: number, value: unknown): void {
  sendText(exchange, status, "application/json; charset=utf-8", toByteText(JSON.stringify(value)));
}

function sendText(exchange: Exchange, status: number, contentType: string, byteText: string): void {
  exchange.response.writeHead(status, { "content-type": contentType });
  exchange.response.end(Buffer.from(byteText, "latin1"));
}

function sendEmpty(exchange: Exchange, status: number): void {
  exchange.response.writeHead(status);
  exchange.response.end();
}

/** The recorded server answers an unknown path with 200 and nothing when gzip is offered, else with 404. */
function sendNotFound(exchange: Exchange): void {
  const isGzip = /\bgzip\b/.test(String(exchange.request.headers["accept-encoding"] ?? ""));
  if (isGzip) sendText(exchange, 200, "text/plain", "");
  else sendText(exchange, 404, "text/plain", "404 page not found");
}

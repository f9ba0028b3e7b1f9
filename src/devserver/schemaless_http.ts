/**
 * Schemaless writing over HTTP (protocol.md §1.8).
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import { type SchemalessText, ServerError } from "./engine.ts";
import { type Credentials, HttpError, readCredentials } from "./http_request.ts";
import { checkLogin, type ServerContext, useDatabase } from "./session.ts";

/** A write that has arrived. */
export interface LineUpload {
  /** Parts of the URL's path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Status of a reply, and the JSON in its body; null for none. */
export interface LineReply {
  readonly status: number;
  readonly body: object | null;
}

/** Number of the format, and the database it goes to, by the path; null for a path there is not. */
function route({ path, query }: LineUpload): { protocol: number; database: string } | null {
  const [kind, version, action, format, database = ""] = path;
  if (version !== "v1") return null;
  if (kind === "influxdb" && action === "write") {
    return { protocol: 1, database: query.get("db") ?? "" };
  }
  if (kind !== "opentsdb" || action !== "put") return null;
  if (format === "telnet") return { protocol: 2, database };
  return format === "json" ? { protocol: 3, database } : null;
}

/** InfluxDB's clients may log in by `u` and `p`, which win. */
function credentials({ query, headers }: LineUpload, isInflux: boolean): Credentials {
  const [user, password] = [query.get("u"), query.get("p")];
  return isInflux && user !== null && password !== null
    ? { user, password, bearerToken: "" }
    : readCredentials(headers.authorization);
}

function failure(
  isInflux: boolean,
  status: number,
  message: string,
  details: object = {},
): LineReply {
  const names: Record<number, string> = {
    400: "not found",
    401: "forbidden",
    500: "internal error",
  };
  return { status, body: { code: isInflux ? names[status] : status, message, ...details } };
}

/** The endpoints for telnet take a command `put` off each line. */
function withoutCommand(text: string): string {
  return text.replace(/^put /gm, "");
}

/**
 * Writes what has arrived.
 *
 * @param context Engine and settings.
 * @param upload The request.
 * @returns The reply, or null when there is no such path.
 */
export async function writeUpload(
  context: ServerContext,
  upload: LineUpload,
): Promise<LineReply | null> {
  const target = route(upload);
  if (target === null) return null;
  const { protocol, database } = target, isInflux = protocol === 1;
  try {
    const user = checkLogin(context, credentials(upload, isInflux));
    if (database === "") {
      const details = isInflux ? { op: "get db query", err: "db required", line: 0 } : {};
      return failure(isInflux, 400, "db required", details);
    }
    await write(context, user, database, {
      protocol,
      precision: upload.query.get("precision") ?? "",
      data: protocol === 2 ? withoutCommand(upload.body) : upload.body,
      tableNameKey: upload.query.get("table_name_key") || null,
    });
    return { status: 204, body: null };
  } catch (error) {
    if (error instanceof HttpError) return failure(isInflux, error.status, error.message);
    if (!(error instanceof ServerError)) throw error;
    if (error.code === 0x0357) return failure(isInflux, 401, error.message);
    return failure(isInflux, 500, `[0x${error.code.toString(16)}] ${error.message}`);
  }
}

async function write(
  context: ServerContext,
  user: string,
  database: string,
  text: SchemalessText,
): Promise<void> {
  const session = context.engine.openSession(user);
  try {
    if (session.writeLines === undefined) {
      throw new ServerError(0xffff, "schemaless writing is not supported by this engine");
    }
    await useDatabase(session, database);
    await session.writeLines(text);
  } finally {
    await session.close();
  }
}

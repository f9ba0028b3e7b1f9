/**
 * What a REST request says: who asks, in which database and zone, and how the rows shall look.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { decodeBase64, parseToken } from "./http_token.ts";
import { isTimeZone } from "./session.ts";

/** A reply that is an error: HTTP status, code and text of the body. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Parameters of `/rest/sql`. */
export interface SqlParameters {
  reqId: bigint;
  /** Zone of printed timestamps. */
  timeZone: string;
  /** Zone of literals; null leaves the server's. */
  connectionTimeZone: string | null;
  isRowObject: boolean;
  hasTiming: boolean;
}

const BOOLEANS: Record<string, boolean> = Object.fromEntries([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true]),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false]),
]);

/**
 * Reads the query parameters of `/rest/sql`.
 *
 * @throws {HttpError} with status 400 for a bad one.
 */
export function readSqlParameters(query: URLSearchParams): SqlParameters {
  const connectionTimeZone = readZone(query, "conn_tz");
  return {
    reqId: readReqId(query.get("req_id")),
    timeZone: connectionTimeZone ?? readZone(query, "tz") ?? "UTC",
    connectionTimeZone,
    isRowObject: readBoolean(query.get("row_with_meta")),
    hasTiming: query.get("timing") === "true",
  };
}

function readReqId(text: string | null): bigint {
  if (text === null || text === "") return 0n;
  const fail = (reason: string) =>
    new HttpError(
      400,
      0xffff,
      `illegal param, req_id must be numeric strconv.ParseInt: parsing "${text}": ${reason}`,
    );
  if (!/^[+-]?\d+$/.test(text)) throw fail("invalid syntax");
  const value = BigInt(text.replace("+", ""));
  if (value !== BigInt.asIntN(64, value)) throw fail("value out of range");
  return value;
}

function readZone(query: URLSearchParams, name: string): string | null {
  const zone = query.get(name);
  if (zone === null || zone === "") return null;
  if (!isTimeZone(zone)) throw new HttpError(400, 0xffff, `unknown time zone ${zone}`);
  return zone;
}

function readBoolean(text: string | null): boolean {
  if (text === null || text === "") return false;
  const value = BOOLEANS[text];
  if (value === undefined) {
    throw new HttpError(
      400,
      0xffff,
      `illegal param, row_with_meta must be boolean strconv.ParseBool: parsing "${text}": invalid syntax`,
    );
  }
  return value;
}

/** User and password of a request, or a token in their place. */
export interface Credentials {
  user: string;
  password: string;
  bearerToken: string;
}

/**
 * Reads the `Authorization` header.
 *
 * @param header The header.
 * @param isBehindGateway True when the URL has a `token`, which belongs to a gateway: Bearer is refused then.
 * @throws {HttpError} with status 401 when it is missing or malformed.
 */
export function readCredentials(
  header: string | undefined,
  isBehindGateway = false,
): Credentials {
  if (header === undefined || header.trim() === "") {
    throw new HttpError(401, 0x1105, "no auth info input");
  }
  const [scheme, value = ""] = header.trim().split(/\s+/, 2) as [string, string?];
  if (scheme === "Basic") {
    const bytes = decodeBase64(value);
    const [, user, password] =
      /^([^:]+):(.+)$/s.exec(bytes === null ? "" : new TextDecoder().decode(bytes)) ?? [];
    if (user === undefined || password === undefined) {
      throw new HttpError(401, 0x1124, "invalid basic Authorization");
    }
    return { user, password, bearerToken: "" };
  }
  if (scheme === "Taosd") {
    const credentials = parseToken(value);
    if (credentials === null) throw new HttpError(401, 0x1125, "invalid taosd Authorization");
    return { ...credentials, bearerToken: "" };
  }
  if (scheme === "Bearer" && value !== "" && !isBehindGateway) {
    return { user: "", password: "", bearerToken: value };
  }
  throw new HttpError(401, 0x1122, "invalid type of Authorization");
}

/**
 * Reads the whole body; gzip is unpacked.
 *
 * @throws {HttpError} with status 400 when it is not the gzip it is said to be.
 */
export async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request) pieces.push(piece as Uint8Array);
  const body = Buffer.concat(pieces);
  if (request.headers["content-encoding"] !== "gzip") return body;
  try {
    return gunzipSync(body);
  } catch (error) {
    throw new HttpError(400, 0xffff, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Actions of the connection: login, options, queries and results.
 *
 * @module
 */

import { storageBytes } from "./blocks.ts";
import { type EngineField, type Precision, type RowSet, ServerError, type Update } from "./engine.ts";
import {
  BLOCK_HEADER_BYTES,
  fillBlockHeader,
  fillLegacyHeader,
  LEGACY_HEADER_BYTES,
  makeFinishedFrame,
} from "./frames.ts";
import type { Envelope, JsonObject } from "./replies.ts";
import { adapterError, type ClientSession } from "./session.ts";
import type { OpenResult } from "./session_results.ts";
import { type Args, ArgumentError, isObject, type Outcome, type TextActions } from "./socket_request.ts";

const PRECISION_CODES: Record<Precision, number> = { ms: 0, us: 1, ns: 2 };

/** Number of a precision on the wire. */
export function precisionCode(precision: Precision): number {
  return PRECISION_CODES[precision];
}

/** Columns of a result, as replies describe them. */
export function describeRows(rows: RowSet, lengthOf: (field: EngineField) => number): JsonObject {
  return {
    fields_count: rows.fields.length,
    fields_names: rows.fields.map((field) => field.name),
    fields_types: rows.fields.map((field) => field.typeCode),
    fields_lengths: rows.fields.map(lengthOf),
    precision: precisionCode(rows.precision),
    fields_precisions: rows.fields.map((field) => field.precision),
    fields_scales: rows.fields.map((field) => field.scale),
  };
}

function describeUpdate(update: Update): JsonObject {
  return {
    id: 0,
    is_update: true,
    affected_rows: update.affectedRows | 0,
    fields_count: 0,
    fields_names: null,
    fields_types: null,
    fields_lengths: null,
    precision: 0,
    fields_precisions: null,
    fields_scales: null,
  };
}

/** Executes SQL and registers its result. */
export async function runQuery(session: ClientSession, sql: string): Promise<JsonObject> {
  if (sql.trim() === "") throw new ServerError(0x2601, "Incomplete SQL statement");
  const outcome = await session.engineSession.execute(sql);
  if (outcome.kind === "update") return describeUpdate(outcome);
  const id = session.addResult(outcome);
  return { id, is_update: false, affected_rows: 0, ...describeRows(outcome, (field) => field.length) };
}

/** Answers `fetch_raw_block`: the next block, the end, or the error that ended the result. */
export async function fetchRawBlock(session: ClientSession, envelope: Envelope, id: bigint): Promise<Uint8Array> {
  const result = session.results.get(id);
  if (result === undefined) return makeFinishedFrame(envelope, id, 0xffff, "result is nil");
  return await result.serial.run(async () => {
    await session.waitForRoom();
    if (result.isFreed) return makeFinishedFrame(envelope, id, 0xffff, "result is nil");
    try {
      const block = await result.pull();
      if (block !== null) {
        const frame = result.encode(block, BLOCK_HEADER_BYTES);
        fillBlockHeader(frame, envelope, id);
        return frame;
      }
      await release(session, id, result);
      return makeFinishedFrame(envelope, id);
    } catch (error) {
      await release(session, id, result).catch(() => undefined);
      const { code, message } = toServerError(error);
      return makeFinishedFrame(envelope, id, code, message);
    }
  });
}

async function release(session: ClientSession, id: bigint, result: OpenResult): Promise<void> {
  session.results.delete(id);
  await result.free();
}

/** Any failure as the error that a client sees. */
export function toServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  return adapterError(error instanceof Error ? error.message : String(error));
}

function requireResult(session: ClientSession, id: bigint): OpenResult {
  const result = session.results.get(id);
  if (result === undefined) throw adapterError("result is nil");
  return result;
}

async function fetchLegacy(session: ClientSession, id: bigint): Promise<JsonObject> {
  const result = requireResult(session, id);
  return await result.serial.run(async () => {
    if (result.isFreed) throw adapterError("result is nil");
    try {
      const block = await result.pull();
      if (block === null) {
        await release(session, id, result);
        return { id, completed: true, lengths: null, rows: 0 };
      }
      result.legacyBlock = block;
      return { id, completed: false, lengths: result.rows.fields.map(storageBytes), rows: block[0]?.length ?? 0 };
    } catch (error) {
      await release(session, id, result).catch(() => undefined);
      throw error;
    }
  });
}

async function fetchLegacyBlock(session: ClientSession, id: bigint, envelope: Envelope): Promise<Uint8Array> {
  const result = requireResult(session, id);
  return await result.serial.run(async () => {
    if (result.isFreed) throw adapterError("result is nil");
    if (result.legacyBlock === null) throw adapterError("block is nil");
    const frame = result.encode(result.legacyBlock, LEGACY_HEADER_BYTES);
    fillLegacyHeader(frame, envelope, id);
    return await Promise.resolve(frame);
  });
}

/** Applies connection options in order, up to the first that is refused. */
async function setOptions(session: ClientSession, args: Args): Promise<Outcome> {
  for (const option of args.list("options")) {
    if (!isObject(option)) throw new ArgumentError("options");
    const { option: code, value = null } = option;
    if (typeof code !== "number" || (value !== null && typeof value !== "string")) throw new ArgumentError("options");
    if (code < -1 || code > 4) throw new ServerError(0x0118, "Invalid parameters");
    if (code === 1 || code === -1) session.setTimeZone(code === 1 ? value : null);
  }
  return await Promise.resolve({});
}

async function logIn(session: ClientSession, args: Args): Promise<Outcome> {
  await session.login({
    user: args.text("user"),
    password: args.text("password"),
    bearerToken: args.text("bearer_token"),
    database: args.text("db"),
    timeZone: args.text("tz"),
    mode: args.raw("mode") === null ? null : args.integer("mode"),
  });
  return { version: session.context.version };
}

function serverInfo(version: string): string {
  return `ver:${version}\nbuild:tdwire embedded server\ngitinfo:none`;
}

/** Finds out whether the server would accept a statement: the code of the refusal as a signed 32-bit number, or 0. */
export async function validateSql(session: ClientSession, sql: string): Promise<JsonObject> {
  try {
    await checkSql(session, sql);
    return { result_code: 0 };
  } catch (error) {
    if (error instanceof ServerError) return { result_code: (0x8000_0000 | error.code) | 0 };
    throw error;
  }
}

async function checkSql(session: ClientSession, sql: string): Promise<void> {
  const verb = /^\s*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? "";
  const isRead = ["select", "show", "describe", "desc", "explain"].includes(verb);
  const isWrite = ["insert", "import", "create", "drop", "alter", "use", "delete", "grant", "revoke", "kill", "flush"]
    .includes(verb);
  if (!isRead && !isWrite) throw new ServerError(0x2600, `syntax error near "${sql.trim()}"`);
  if (session.engineSession.validate) return await session.engineSession.validate(sql);
  if (!isRead) return;
  const outcome = await session.engineSession.execute(sql);
  if (outcome.kind === "rows") await outcome.blocks[Symbol.asyncIterator]().return?.();
}

/** Actions that need no login. */
export const OPEN_ACTIONS: TextActions = {
  version: {
    label: "version",
    run: async (session) => await Promise.resolve({ version: session.context.version }),
  },
  conn: { label: "connect", run: logIn },
  check_server_status: {
    label: "check server status",
    run: async (_session, args) => {
      args.text("fqdn");
      args.integer("port");
      return await Promise.resolve({ status: 2, details: "" });
    },
  },
};

/** Actions on a connection that has logged in. */
export const CONNECTION_ACTIONS: TextActions = {
  get_current_db: {
    label: "get current db",
    run: async (session) => await Promise.resolve({ db: session.engineSession.database ?? "" }),
  },
  get_server_info: {
    label: "get server info",
    run: async (session) => await Promise.resolve({ info: serverInfo(session.context.version) }),
  },
  get_connection_info: {
    label: "get connection info",
    run: async (session, args) => {
      if (args.integer("info") !== 0) throw new ServerError(0x0118, "Invalid parameters");
      return await Promise.resolve({ info: session.user });
    },
  },
  options_connection: { label: "options connection", run: setOptions },
  query: { label: "query", run: (session, args) => runQuery(session, args.text("sql")) },
  fetch: { label: "fetch", run: (session, args) => fetchLegacy(session, args.id("id")) },
  fetch_block: {
    label: "fetch block",
    run: (session, args, envelope) => fetchLegacyBlock(session, args.id("id"), envelope),
  },
  free_result: {
    label: "free result",
    run: async (session, args) => {
      await session.freeResult(args.id("id"));
      return null;
    },
  },
  num_fields: {
    label: "get num fields",
    run: async (session, args) =>
      await Promise.resolve({ num_fields: requireResult(session, args.id("result_id")).rows.fields.length }),
  },
  insert: {
    label: "schemaless insert",
    run: async (_session, args) => {
      if (args.integer("protocol") === 0) throw adapterError("schemaless write protocol is null");
      args.text("data");
      return await Promise.reject(adapterError("schemaless writing is not supported by the embedded server"));
    },
  },
};

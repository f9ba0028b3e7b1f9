/**
 * Actions of the connection: login, options, queries, and what is asked of results.
 *
 * @module
 */

import {
  type EngineField,
  type Precision,
  type RowSet,
  ServerError,
  type Update,
} from "./engine.ts";
import type { JsonObject } from "./replies.ts";
import { insertAction } from "./schemaless_socket.ts";
import type { ClientSession } from "./session.ts";
import {
  type Args,
  ArgumentError,
  isObject,
  type Outcome,
  type TextActions,
} from "./socket_request.ts";
import { fetchLegacy, fetchLegacyBlock, requireResult } from "./socket_results.ts";

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
export async function runQuery(
  session: ClientSession,
  sql: string,
  requestId: bigint,
): Promise<JsonObject> {
  if (sql.trim() === "") throw new ServerError(0x2601, "Incomplete SQL statement");
  const outcome = await session.engineSession.execute(sql, requestId);
  if (outcome.kind === "update") return describeUpdate(outcome);
  const id = session.addResult(outcome);
  return {
    id,
    is_update: false,
    affected_rows: 0,
    ...describeRows(outcome, (field) => field.length),
  };
}

/** Applies connection options in order, up to the first that is refused. */
async function setOptions(session: ClientSession, args: Args): Promise<Outcome> {
  for (const option of args.list("options")) {
    if (!isObject(option)) throw new ArgumentError("options");
    const { option: code, value = null } = option;
    if (typeof code !== "number" || (value !== null && typeof value !== "string")) {
      throw new ArgumentError("options");
    }
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
  const isWrite = [
    "insert",
    "import",
    "create",
    "drop",
    "alter",
    "use",
    "delete",
    "grant",
    "revoke",
    "kill",
    "flush",
  ]
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
  query: {
    label: "query",
    run: (session, args, { reqId }) => runQuery(session, args.text("sql"), reqId),
  },
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
      await Promise.resolve({
        num_fields: requireResult(session, args.id("result_id")).rows.fields.length,
      }),
  },
  insert: insertAction,
};

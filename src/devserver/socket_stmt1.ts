/**
 * Actions of the first statement interface.
 *
 * @module
 */

import { storageBytes } from "./blocks.ts";
import type { EngineField } from "./engine.ts";
import type { Json, JsonObject } from "./replies.ts";
import { adapterError, type ClientSession } from "./session.ts";
import { Statement1 } from "./session_stmt1.ts";
import { describeRows } from "./socket_actions.ts";
import { type Args, ArgumentError, type TextAction, type TextActions } from "./socket_request.ts";
import { describePlaceholder } from "./socket_stmt2.ts";

/** Finds a statement of the first interface. */
export function requireStatement1(session: ClientSession, id: bigint): Statement1 {
  const statement = session.statements.get(id);
  if (!(statement instanceof Statement1)) throw adapterError("stmt is nil");
  return statement;
}

/** An action on a statement, serialised with the others on it; its reply begins with `stmt_id`. */
function step(
  label: string,
  run: (
    statement: Statement1,
    args: Args,
    session: ClientSession,
  ) => JsonObject | void | Promise<JsonObject | void>,
): TextAction {
  return {
    label,
    isStatement: true,
    run: async (session, args) => {
      const id = args.id("stmt_id");
      const statement = requireStatement1(session, id);
      const fields = await statement.serial.run(async () => await run(statement, args, session));
      return { stmt_id: id, ...fields };
    },
  };
}

function readColumns(args: Args): Json[][] {
  return args.list("columns").map((column) => {
    if (!Array.isArray(column)) throw new ArgumentError("columns");
    return column;
  });
}

function describeFields(statement: Statement1, bindType: 1 | 2): JsonObject {
  const prepared = statement.requirePrepared();
  const fields = statement.fields(bindType).map((field) => describePlaceholder(field, prepared));
  if (fields.length > 0) return { fields };
  return bindType === 2 ? {} : { fields: null };
}

function describeParameter(statement: Statement1, index: number): JsonObject {
  const field: EngineField | undefined = statement.fields(1)[index];
  if (field === undefined) throw adapterError("index out of range");
  return { index, data_type: field.typeCode, length: storageBytes(field) };
}

/** Text actions of the first statement interface. */
export const STMT1_ACTIONS: TextActions = {
  init: {
    label: "stmt init",
    run: async (session) =>
      await Promise.resolve({ stmt_id: session.addStatement(new Statement1()) }),
  },
  prepare: step("stmt prepare", async (statement, args, session) => {
    const prepared = await statement.prepare(session.engineSession, args.text("sql"));
    return { is_insert: prepared.isInsert };
  }),
  set_table_name: step(
    "stmt set table name",
    (statement, args) => statement.setTableName(args.text("name")),
  ),
  set_tags: step("stmt set tags", (statement, args) => statement.setTags(args.list("tags"))),
  bind: step("stmt bind", (statement, args) => statement.bind(readColumns(args))),
  add_batch: step("stmt add batch", (statement) => statement.addBatch()),
  exec: step("stmt exec", async (statement) => ({ affected: await statement.execute() })),
  get_tag_fields: step("stmt get tag fields", (statement) => describeFields(statement, 2)),
  get_col_fields: step("stmt get col fields", (statement) => describeFields(statement, 1)),
  use_result: step("stmt use result", (statement, _args, session) => {
    const rows = statement.takeRows();
    const id = session.addResult(rows);
    statement.resultIds.push(id);
    return { result_id: id, ...describeRows(rows, storageBytes) };
  }),
  stmt_num_params: step(
    "stmt num params",
    (statement) => ({ num_params: statement.parameterCount }),
  ),
  stmt_get_param: step(
    "stmt get param",
    (statement, args) => describeParameter(statement, args.integer("index")),
  ),
  close: {
    label: "stmt close",
    isStatement: true,
    run: async (session, args) => {
      const id = args.id("stmt_id");
      const statement = requireStatement1(session, id);
      session.statements.delete(id);
      await statement.close();
      await Promise.all(statement.resultIds.map((result) => session.freeResult(result)));
      return null;
    },
  },
};

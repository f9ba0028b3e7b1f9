/**
 * Actions of the second statement interface.
 *
 * @module
 */

import { storageBytes } from "./blocks.ts";
import type { Placeholder, Prepared } from "./engine.ts";
import type { JsonObject } from "./replies.ts";
import { adapterError, type ClientSession } from "./session.ts";
import { Statement2 } from "./session_stmt2.ts";
import { describeRows, precisionCode } from "./socket_actions.ts";
import type { TextActions } from "./socket_request.ts";
import { readBind } from "./stmt2.ts";

const TABLE_NAME_BYTES = 271;

/** Placeholder fields as statements report them; DECIMAL comes without its precision, as the real server has it. */
export function describePlaceholder(field: Placeholder, prepared: Prepared): JsonObject {
  const isTimestamp = field.typeCode === 9;
  return {
    name: field.name,
    field_type: field.typeCode,
    precision: isTimestamp ? precisionCode(prepared.precision ?? "ms") : 0,
    scale: 0,
    bytes: field.bindType === 4 ? TABLE_NAME_BYTES : storageBytes(field),
  };
}

function requireStatement(session: ClientSession, id: bigint): Statement2 {
  const statement = session.statements.get(id);
  if (!(statement instanceof Statement2)) throw adapterError("stmt2 is nil");
  return statement;
}

async function prepare(
  session: ClientSession,
  id: bigint,
  sql: string,
  needFields: boolean,
): Promise<JsonObject> {
  const prepared = await requireStatement(session, id).prepare(
    session.engineSession,
    sql,
    needFields,
  );
  const head = { stmt_id: id, is_insert: prepared.isInsert };
  if (!needFields) return { ...head, fields: null, fields_count: 0 };
  if (!prepared.isInsert || prepared.fields === null) {
    return { ...head, fields: null, fields_count: prepared.parameterCount };
  }
  const fields = prepared.fields.map((field) => ({
    ...describePlaceholder(field, prepared),
    bind_type: field.bindType,
  }));
  return { ...head, fields, fields_count: fields.length };
}

/** Carries out `stmt2_bind`. */
export async function bindStatement(
  session: ClientSession,
  id: bigint,
  payload: Uint8Array,
): Promise<JsonObject> {
  const statement = requireStatement(session, id);
  await statement.bind(readBind(payload));
  return { stmt_id: id };
}

/** `stmt2_*` text actions. */
export const STMT2_ACTIONS: TextActions = {
  stmt2_init: {
    label: "stmt2 init",
    run: async (session, args) => {
      args.flag("single_stb_insert");
      args.flag("single_table_bind_once");
      return await Promise.resolve({ stmt_id: session.addStatement(new Statement2()) });
    },
  },
  stmt2_prepare: {
    label: "stmt2 prepare",
    isStatement: true,
    run: (session, args) =>
      prepare(session, args.id("stmt_id"), args.text("sql"), args.flag("get_fields")),
  },
  stmt2_exec: {
    label: "stmt2 exec",
    isStatement: true,
    run: async (session, args) => {
      const id = args.id("stmt_id");
      return { stmt_id: id, affected: await requireStatement(session, id).execute() };
    },
  },
  stmt2_result: {
    label: "stmt2 result",
    isStatement: true,
    run: async (session, args) => {
      const id = args.id("stmt_id");
      const rows = await requireStatement(session, id).takeRows();
      return { stmt_id: id, id: session.addResult(rows), ...describeRows(rows, storageBytes) };
    },
  },
  stmt2_close: {
    label: "stmt2 close",
    isStatement: true,
    run: async (session, args) => {
      const id = args.id("stmt_id");
      const statement = requireStatement(session, id);
      session.statements.delete(id);
      await statement.close();
      return { stmt_id: id };
    },
  },
};

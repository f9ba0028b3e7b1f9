/**
 * Schemaless writing over WebSocket: the action `insert` (protocol.md §2.6).
 *
 * @module
 */
import { adapterError } from "./session.ts";
import type { TextAction } from "./socket_request.ts";

/** Writes lines. */
export const insertAction: TextAction = {
  label: "schemaless insert",
  run: async (session, args) => {
    const protocol = args.integer("protocol");
    if (protocol === 0) throw adapterError("schemaless write protocol is null");
    args.integer("ttl");
    const { engineSession } = session;
    if (engineSession.writeLines === undefined) {
      throw adapterError("schemaless writing is not supported by this engine");
    }
    const { affectedRows, totalRows } = await engineSession.writeLines({
      protocol,
      precision: args.text("precision"),
      data: args.text("data"),
      tableNameKey: args.text("table_name_key") || null,
    });
    return { affected_rows: affectedRows | 0, total_rows: totalRows };
  },
};

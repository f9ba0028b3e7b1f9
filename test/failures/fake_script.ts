/**
 * What a server that behaves answers, as seen in test/golden/wire.
 *
 * @module
 */
import { legacyFrame, type Received } from "./fake_frames.ts";
import type { Peer, Script } from "./fake_server.ts";

const versionOf = ({ server }: Peer) => server.options.version ?? "3.3.7.5";

const noColumns = { fields_count: 0, fields_names: null, fields_types: null, fields_lengths: null };

function answerQuery(request: Received, peer: Peer): void {
  const isSelect = /^\s*select/i.test(request.sql);
  const update = { ...noColumns, id: 0, is_update: true, affected_rows: 1, precision: 0 };
  peer.reply(request, isSelect ? peer.server.openResult() : update);
}

function answerPrepare(request: Received, peer: Peer): void {
  const stmt_id = Number(request.resourceId);
  if (/^\s*insert/i.test(request.sql)) {
    const fields = peer.server.options.placeholders ?? [];
    return peer.reply(request, { stmt_id, is_insert: true, fields, fields_count: fields.length });
  }
  const fields_count = request.sql.split("?").length - 1;
  peer.reply(request, { stmt_id, is_insert: false, fields: null, fields_count });
}

function answerStatement(fields: Readonly<Record<string, unknown>> = {}) {
  return (request: Received, peer: Peer) =>
    peer.reply(request, { stmt_id: Number(request.resourceId), ...fields });
}

/** Handlers of a server that behaves. */
export const behaving: Script = {
  version: (request, peer) => peer.reply(request, { version: versionOf(peer) }),
  conn: (request, peer) => peer.reply(request, { version: versionOf(peer) }),
  binary_query: answerQuery,
  fetch_raw_block: (request, peer) => peer.nextBlock(request),
  free_result: () => {},
  stmt2_init: (request, peer) => peer.reply(request, { stmt_id: peer.server.nextId() }),
  stmt2_prepare: answerPrepare,
  stmt2_bind: answerStatement(),
  stmt2_exec: answerStatement({ affected: 1 }),
  stmt2_result: (request, peer) =>
    peer.reply(request, { stmt_id: Number(request.resourceId), ...peer.server.openResult() }),
  stmt2_close: answerStatement(),
  query: answerQuery,
  fetch: (request, peer) => {
    const id = Number(request.resourceId);
    const completed = !peer.server.hasBlock(request.resourceId);
    peer.reply(request, { id, completed, lengths: null, rows: completed ? 0 : 1 });
  },
  fetch_block: ({ resourceId }, peer) =>
    peer.binary(legacyFrame(resourceId, peer.server.takeBlock(resourceId)!)),
};

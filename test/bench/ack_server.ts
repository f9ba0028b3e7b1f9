/**
 * A server that acknowledges prepared inserts at once, in a process of its own: it knows one table, keeps nothing, and
 * counts the rows that it was sent. Prints its port.
 *
 * @module
 */
import process from "node:process";
import { type WebSocket, WebSocketServer } from "ws";

/** The table: a time and three readings. */
const columns = [
  { name: "ts", field_type: 9, bytes: 8 },
  { name: "current", field_type: 6, bytes: 4 },
  { name: "voltage", field_type: 4, bytes: 4 },
  { name: "site", field_type: 8, bytes: 26 },
];

/** What `select * … limit 0` answers. */
const description = {
  id: 1,
  is_update: false,
  precision: 0,
  fields_count: columns.length,
  fields_names: columns.map(({ name }) => name),
  fields_types: columns.map(({ field_type }) => field_type),
  fields_lengths: columns.map(({ bytes }) => bytes),
};

/** Columns in the order of the INSERT. */
function placeholders(sql: string) {
  return sql.split(")", 1)[0]!.split(/[(,]/).slice(1).map((quoted) => {
    const name = quoted.trim().replaceAll("`", "");
    return {
      ...columns.find((column) => column.name === name),
      precision: 0,
      scale: 0,
      bind_type: 1,
    };
  });
}

/** Rows in the frame of a bind: `num` of the first block of its columns (protocol.md §2.8, §4.1). */
function rowsIn(frame: Buffer): number {
  const columnsAt = 30 + frame.readUInt32LE(30 + 24);
  return frame.readInt32LE(columnsAt + 4 + 8);
}

/** A `fetch_raw_block` reply without a row (protocol.md §2.9). */
function emptyReply(reqId: bigint): Buffer {
  const frame = Buffer.alloc(51);
  frame.fill(0xff, 0, 8);
  frame.writeUInt32LE(7, 8);
  frame.writeUInt16LE(1, 16);
  frame.writeBigUInt64LE(reqId, 26);
  frame.writeUInt8(1, 50);
  return frame;
}

function serve(socket: WebSocket): void {
  let [statements, rows, bound] = [0, 0, 0];
  const reply = (action: string, reqId: string, fields: object = {}) => {
    const text = JSON.stringify({
      code: 0,
      message: "",
      action,
      timing: 1,
      version: "3.3.7.5",
      ...fields,
    });
    socket.send(`${text.slice(0, -1)},"req_id":${reqId}}`);
  };
  const answers: Readonly<Record<string, (args: { sql?: string }) => object>> = {
    stmt2_init: () => ({ stmt_id: ++statements }),
    stmt2_prepare: ({ sql = "" }) => {
      const fields = placeholders(sql);
      return { is_insert: true, fields, fields_count: fields.length };
    },
    stmt2_exec: () => ({ affected: bound }),
  };
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary) {
      const reqId = data.readBigUInt64LE(0).toString();
      const action = data.readUInt32LE(16);
      if (action === 7) return socket.send(emptyReply(data.readBigUInt64LE(0)));
      if (action === 6) return reply("binary_query", reqId, description);
      rows += bound = rowsIn(data);
      return reply("stmt2_bind", reqId);
    }
    const { action, args = {} } = JSON.parse(data.toString()) as {
      action: string;
      args?: { sql?: string };
    };
    if (action === "free_result") return;
    const reqId = /"req_id":(\d+)/.exec(data.toString())?.[1] ?? "0";
    reply(action, reqId, answers[action]?.(args));
  });
  socket.on("close", () => process.send?.(rows));
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => {
  console.log((server.address() as { port: number }).port);
});
server.on("connection", serve);
process.on("disconnect", () => process.exit());

/**
 * A server of recorded blocks, in a process of its own: it answers `/ws` queries with the 12,000-row golden result over
 * and over, at once or paced as a real server delivers. Prints its port.
 *
 *     node replay_server.js <rows> <rows per second, 0 = unpaced>
 *
 * The SQL of a query says both: `rows=1000000 rate=1500000`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { type WebSocket, WebSocketServer } from "ws";

interface Recording {
  reply: Record<string, unknown>;
  frames: { head: Buffer; rows: number }[];
}

/** The state of one result. */
interface Replay {
  rows: number;
  rate: number;
  sent: number;
  next: number;
  started: number;
}

const finished = Buffer.from("ffffffffffffffff070000000000000001000000000000000000", "hex");

/** Whole reply frames; only the request id and the result id change. */
function frameOf(block: Buffer): Buffer {
  const head = Buffer.alloc(55);
  finished.copy(head);
  head.writeUInt32LE(block.length, 51);
  return Buffer.concat([head, block]);
}

function readRecording(): Recording {
  const folder = `${process.cwd()}/test/golden/blocks/`;
  const { reply, blocks } = JSON.parse(readFileSync(`${folder}meters_12000.json`, "utf8"));
  const frames = blocks.map((name: string) => {
    const block = readFileSync(folder + name);
    return { head: frameOf(block), rows: block.readInt32LE(8) };
  });
  return { reply, frames };
}

const recording = readRecording();

function answerText(socket: WebSocket, text: string): void {
  const { action, args } = JSON.parse(text) as { action: string; args?: { req_id?: number } };
  if (action === "free_result") return;
  socket.send(JSON.stringify({
    code: 0,
    message: "",
    action,
    req_id: args?.req_id ?? 0,
    timing: 1,
    version: "3.3.7.5",
  }));
}

function number(sql: string, name: string): number {
  return Number(new RegExp(`${name}=(\\d+)`).exec(sql)?.[1] ?? 0);
}

/** Waits until the pace allows a block: a timer is too coarse for a thousand blocks a second. */
function whenDue(replay: Replay, send: () => void): void {
  const due = replay.rate === 0 ||
    replay.sent <= (performance.now() - replay.started) / 1000 * replay.rate;
  if (due) send();
  else setImmediate(whenDue, replay, send);
}

function serve(socket: WebSocket): void {
  let replay: Replay;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return answerText(socket, data.toString());
    const reqId = data.readBigUInt64LE(0);
    if (data.readUInt32LE(16) === 6) {
      const sql = data.subarray(30).toString();
      replay = {
        rows: number(sql, "rows"),
        rate: number(sql, "rate"),
        sent: 0,
        next: 0,
        started: performance.now(),
      };
      return socket.send(JSON.stringify({ ...recording.reply, req_id: Number(reqId), id: 1 }));
    }
    if (replay.sent >= replay.rows) {
      const frame = Buffer.alloc(51);
      finished.copy(frame);
      frame.writeBigUInt64LE(reqId, 26);
      frame.writeUInt8(1, 50);
      return socket.send(frame);
    }
    const { head, rows } = recording.frames[replay.next++ % recording.frames.length]!;
    replay.sent += rows;
    whenDue(replay, () => {
      head.writeBigUInt64LE(reqId, 26);
      socket.send(head);
    });
  });
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => {
  console.log((server.address() as { port: number }).port);
});
server.on("connection", serve);
process.on("disconnect", () => process.exit());

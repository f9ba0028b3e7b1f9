/**
 * A server of recorded blocks as a subscription's messages, in a process of its own: `/rest/tmq` as protocol.md §5
 * describes it, at once or paced as a real server delivers. Prints its port. The group's name says how many rows there
 * are and how many come a second, 0 = at once: `rows=1000000 rate=1500000`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { type WebSocket, WebSocketServer } from "ws";

/** A real server gathers 4 096 rows before it sends a message. */
const blocksPerMessage = 4;
const columns = ["ts", "current", "voltage", "phase", "groupid", "location", "tbname"];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push(value & 127 | 128);
  return [...bytes, value];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(`${value}\0`);
  return Buffer.from([...varint(bytes.length), ...bytes]);
}

/** A block with its names (protocol.md §5.6). */
function named(block: Buffer, types: readonly number[]): Buffer {
  const schema = columns.map((name, i) =>
    Buffer.concat([Buffer.from([types[i]!, 0, 8, 2 * (i + 1)]), text(name)])
  );
  const head = Buffer.alloc(18);
  head.writeUInt8(1);
  return Buffer.concat([
    Buffer.from(varint(18 + block.length)),
    head,
    block,
    Buffer.from([2 * columns.length, 2]),
    ...schema,
    text("meters"),
  ]);
}

interface Recorded {
  /** A `fetch_raw_data` reply; request id, message id and offsets are filled in. */
  readonly frame: Buffer;
  readonly rows: number;
}

function message(blocks: readonly Buffer[], types: readonly number[]): Recorded {
  const head = Buffer.alloc(56 + 5 + 18 + 4 + 2);
  const payload = [...blocks.map((block) => named(block, types)), Buffer.alloc(8)];
  const length = head.length - 56 + payload.reduce((sum, part) => sum + part.length, 0);
  head.fill(0xff, 0, 8);
  head.writeUInt8(8, 8);
  head.writeUInt16LE(1, 16);
  head.writeUInt16LE(2, 50);
  head.writeUInt32LE(length, 52);
  head.writeUInt8(100, 56);
  head.writeInt32LE(18, 57);
  head.writeUInt8(0x11, 61);
  head.writeUInt8(0x11, 70);
  head.writeInt32LE(blocks.length, 79);
  head.writeUInt16LE(0x0101, 83);
  const rows = blocks.reduce((sum, block) => sum + block.readInt32LE(8), 0);
  return { frame: Buffer.concat([head, ...payload]), rows };
}

function readRecording(): Recorded[] {
  const folder = `${process.cwd()}/test/golden/blocks/`;
  const { reply, blocks } = JSON.parse(readFileSync(`${folder}meters_12000.json`, "utf8"));
  const recorded = (blocks as string[]).map((name) => readFileSync(folder + name));
  const messages: Recorded[] = [];
  while (recorded.length > 0) {
    messages.push(message(recorded.splice(0, blocksPerMessage), reply.fields_types));
  }
  return messages;
}

const messages = readRecording();

function number(group: string, name: string): number {
  return Number(new RegExp(`${name}=(\\d+)`).exec(group)?.[1] ?? 0);
}

/** A consumer. */
class Topic {
  readonly #socket: WebSocket;
  #rows = 0;
  #rate = 0;
  #sent = 0;
  #id = 0;
  #startMs = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#take(data.toString()));
  }

  #take(request: string): void {
    const { action, args = {} } = JSON.parse(request) as {
      action: string;
      args?: { req_id?: number; group_id?: string };
    };
    const reply = (fields: object = {}) => {
      const envelope = { code: 0, message: "", action, req_id: args.req_id ?? 0, timing: 1 };
      this.#socket.send(JSON.stringify({ ...envelope, version: "3.3.7.5", ...fields }));
    };
    switch (action) {
      case "subscribe":
        this.#rows = number(args.group_id!, "rows");
        this.#rate = number(args.group_id!, "rate");
        this.#startMs = performance.now();
        return reply();
      case "poll":
        return this.#poll(reply);
      case "fetch_raw_data":
        return this.#fetch(args.req_id!);
      default:
        return reply({ assignment: [], committed: [], position: [] });
    }
  }

  #poll(reply: (fields: object) => void): void {
    const isOver = this.#sent >= this.#rows;
    const fields = {
      have_message: !isOver,
      topic: isOver ? "" : "t",
      database: isOver ? "" : "d",
      vgroup_id: 1,
      message_type: isOver ? 0 : 1,
      message_id: isOver ? 0 : ++this.#id,
      offset: this.#id,
    };
    this.#whenDue(() => reply(fields));
  }

  /** Waits until the pace allows a message: a timer is too coarse. */
  #whenDue(send: () => void): void {
    const due = this.#rate === 0 ||
      this.#sent <= (performance.now() - this.#startMs) / 1000 * this.#rate;
    if (due) send();
    else setImmediate(() => this.#whenDue(send));
  }

  #fetch(reqId: number): void {
    const { frame, rows } = messages[this.#id % messages.length]!;
    this.#sent += rows;
    frame.writeBigUInt64LE(BigInt(reqId), 26);
    frame.writeBigUInt64LE(BigInt(this.#id), 42);
    frame.writeBigInt64LE(BigInt(this.#id), 62);
    frame.writeBigInt64LE(BigInt(this.#id + 1), 71);
    this.#socket.send(frame);
  }
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => {
  console.log((server.address() as { port: number }).port);
});
server.on("connection", (socket) => void new Topic(socket));
process.on("disconnect", () => process.exit());

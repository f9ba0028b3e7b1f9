/**
 * A server that gives the messages of a recorded subscription (test/golden/wire) again.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { Received } from "./fake_frames.ts";
import type { Peer, Script } from "./fake_server.ts";

interface Line {
  readonly conn?: number;
  readonly dir: string;
  readonly text?: string;
  readonly binary?: string;
}

type Fields = Readonly<Record<string, unknown>>;

interface RecordedMessage {
  /** The reply to `poll`, without envelope. */
  readonly poll: Fields;
  /** The `fetch_raw_data` frame; undefined of metadata. */
  readonly frame: Uint8Array | undefined;
  /** What `fetch_json_meta` gave. */
  readonly meta: unknown;
}

function readLines(file: string): Line[] {
  const text = readFileSync(new URL(`../golden/wire/${file}`, import.meta.url), "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line) as Line);
}

/** Lines of one connection of a recording. */
function linesOf(file: string, conn: number): Line[] {
  return readLines(file).filter((line) => (line.conn ?? 1) === conn);
}

/** Numbers of a recording's connections that got messages of a topic. */
export function consumersIn(file: string): number[] {
  const conns = new Set(readLines(file).map(({ conn = 1 }) => conn));
  return [...conns].filter((conn) => messagesOf(linesOf(file, conn)).length > 0);
}

/** Messages up to the first `seek`, with what was fetched of each. */
function messagesOf(lines: readonly Line[]): RecordedMessage[] {
  const replies = lines.filter(({ dir }) => dir === "server");
  const texts = replies.flatMap(({ text }) =>
    text === undefined ? [] : [JSON.parse(text) as Fields]
  );
  const frames = replies.flatMap(({ binary }) =>
    binary === undefined ? [] : [Uint8Array.from(atob(binary), (char) => char.charCodeAt(0))]
  );
  const seek = texts.findIndex(({ action, code }) => action === "seek" && code === 0);
  const polls = texts.slice(0, seek < 0 ? undefined : seek).filter(({ action, have_message }) =>
    action === "poll" && have_message === true
  );
  const messages = polls.map((reply): RecordedMessage => {
    const { req_id: _reqId, ...poll } = reply;
    const id = poll["message_id"];
    const meta = texts.find(({ action, message_id }) =>
      action === "fetch_json_meta" && message_id === id
    );
    return { poll, frame: frames.find((frame) => isOf(frame, Number(id))), meta: meta?.["data"] };
  });
  // A message that was not acknowledged came again, and not every client has fetched every message.
  return messages.filter(({ poll, frame }, i) =>
    polls.findIndex(({ message_id }) => message_id === poll["message_id"]) === i &&
    (poll["message_type"] === 2 || frame !== undefined)
  );
}

/** Whether a frame is the reply to `fetch_raw_data` for a message, without an error. */
function isOf(frame: Uint8Array, messageId: number): boolean {
  const view = new DataView(frame.buffer);
  return frame.length > 56 && view.getBigUint64(8, true) === 8n && view.getUint32(34, true) === 0 &&
    view.getBigUint64(42, true) === BigInt(messageId);
}

/** A recorded frame as the reply to another request. */
function readdressed(frame: Uint8Array, reqId: bigint): Uint8Array {
  const copy = frame.slice();
  new DataView(copy.buffer).setBigUint64(26, reqId, true);
  return copy;
}

/** A script that behaves as the recorded server did, whatever the pace of the client. */
export function replayOf(
  file: string,
  conn = 1,
): { script: Script; messages: readonly RecordedMessage[] } {
  const messages = messagesOf(linesOf(file, conn));
  const current = (request: Received) =>
    messages.find(({ poll }) => poll["message_id"] === request.args["message_id"]);
  const none = {
    have_message: false,
    topic: "",
    database: "",
    vgroup_id: 0,
    message_type: 0,
    message_id: 0,
    offset: 0,
  };
  let given = 0;
  const script: Script = {
    subscribe: (request, peer) => peer.reply(request, { version: "3.3.7.5.alpha" }),
    poll: (request, peer) => {
      // As the server does: a message that was not acknowledged comes again.
      const before = messages[given - 1]?.poll;
      if (before !== undefined && before["message_id"] !== request.args["message_id"]) {
        return peer.reply(request, before);
      }
      const next = messages[given];
      if (next === undefined) {
        return setTimeout(() => peer.reply(request, none), Number(request.args["blocking_time"]));
      }
      given++;
      peer.reply(request, next.poll);
    },
    fetch_raw_data: (request, peer: Peer) =>
      peer.binary(readdressed(current(request)!.frame!, request.reqId)),
    fetch_json_meta: (request, peer) =>
      peer.reply(request, { data: current(request)!.meta ?? null }),
    unsubscribe: (request, peer) => peer.reply(request),
    commit_offset: (request, peer) => peer.reply(request),
    committed: (request, peer) => peer.reply(request, { committed: [-2147467247] }),
  };
  return { script, messages };
}

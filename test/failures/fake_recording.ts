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
  /** The `fetch_raw_data` frame. */
  readonly frame: Uint8Array | undefined;
  /** What `fetch_json_meta` gave. */
  readonly meta: unknown;
}

/** Lines of one connection of a recording. */
function linesOf(file: string, conn: number): Line[] {
  const text = readFileSync(new URL(`../golden/wire/${file}`, import.meta.url), "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line) as Line).filter((line) =>
    (line.conn ?? 1) === conn
  );
}

/** Messages up to the first `seek`, with what was fetched of each. */
function messagesOf(lines: readonly Line[]): RecordedMessage[] {
  const replies = lines.filter(({ dir }) => dir === "server");
  const texts = replies.flatMap(({ text }) =>
    text === undefined ? [] : [JSON.parse(text) as Fields]
  );
  const frames = replies.flatMap(({ binary }) =>
    binary === undefined ? [] : [new Uint8Array(Buffer.from(binary, "base64"))]
  );
  const end = texts.findIndex(({ action, code }) => action === "seek" && code === 0);
  return texts.slice(0, end).filter(({ action, have_message }) =>
    action === "poll" && have_message === true
  ).map((reply) => {
    const { req_id: _reqId, ...poll } = reply;
    const id = poll["message_id"];
    return {
      poll,
      frame: frames.find((frame) =>
        new DataView(frame.buffer).getBigUint64(42, true) === BigInt(id as number)
      ),
      meta: texts.find(({ action, message_id }) =>
        action === "fetch_json_meta" && message_id === id
      )?.["data"],
    };
  });
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

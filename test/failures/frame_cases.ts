/**
 * Frames that cannot be: each is a CodecError of the request concerned, and the connection goes on.
 *
 * @module
 */
import { type FailureCase, failureOf, type FailureTools } from "./case.ts";
import { fetchFrame, type Received } from "./fake_frames.ts";
import { numbers, recorded } from "./fake_result.ts";
import { type Handler, type Peer, until } from "./fake_server.ts";

/** Makes the bytes of a wrong reply to a fetch out of the right ones. */
type Damage = (right: Uint8Array) => Uint8Array;

/** The fetch reply with some bytes set. */
function patched(offset: number, ...bytes: readonly number[]): Damage {
  return (right) => {
    const wrong = right.slice();
    wrong.set(bytes, offset);
    return wrong;
  };
}

/** Offset of the raw block in a reply without a message. */
const blockAt = 55;

const damages: Readonly<Record<string, Damage>> = {
  "is empty": () => new Uint8Array(0),
  "is shorter than a head": (right) => right.slice(0, 33),
  "ends behind the request id": (right) => right.slice(0, 34),
  "ends in the head": (right) => right.slice(0, 50),
  "ends before the length of the block": (right) => right.slice(0, 53),
  "ends in the block": (right) => right.slice(0, -1),
  "has another action": patched(8, 99),
  "has another version": patched(16, 2),
  "says a message longer than the frame": patched(38, 0xff, 0xff, 0xff, 0xff),
  "says a block longer than the frame": patched(51, 0xff, 0xff, 0xff, 0x7f),
  "has a block of length 0": (right) => patched(51, 0, 0, 0, 0)(right),
  "has a block that says to be longer": patched(blockAt + 4, 0xff, 0xff, 0xff, 0x7f),
  "has a block of negative length": patched(blockAt + 4, 0xff, 0xff, 0xff, 0xff),
  "has a block with more rows than it holds": patched(blockAt + 8, 0xff, 0xff, 0, 0),
  "has a block with negative rows": patched(blockAt + 8, 0xff, 0xff, 0xff, 0xff),
  "has a block with another number of columns": patched(blockAt + 12, 2),
  "has a block of an unknown type": patched(blockAt + 28, 99),
  "has a block of another type than announced": patched(blockAt + 28, 6),
};

/** Answers the first fetch wrongly, and later ones rightly. */
function damagedFirst(damage: Damage): Handler {
  return (request: Received, peer: Peer) => {
    if (peer.server.of("fetch_raw_block").length > 1) return peer.nextBlock(request);
    const { reqId, resourceId } = request;
    peer.server.fetchAnswered(resourceId);
    const block = peer.server.takeBlock(resourceId);
    peer.binary(damage(fetchFrame({ reqId, resultId: resourceId, block })));
  };
}

async function checkDamage(
  damage: Damage,
  { connect, serve, equal, ok }: FailureTools,
): Promise<void> {
  const result = numbers([1, 2, 3], [4], [5]);
  const server = await serve({ result, script: { fetch_raw_block: damagedFirst(damage) } });
  await using connection = await connect(server.url, { requestTimeoutMs: 2_000 });
  const error = await failureOf(connection.query("select v from t"));
  equal(error.name, "CodecError", error.stack);
  equal(error["kind"], "codec");
  ok(error.message.length > 20, error.message);
  equal((await connection.query("select v from t")).rowCount, 5);
  await until(() => server.of("free_result").length > 0, "free_result");
  equal(server.of("free_result").length, 1);
}

const damaged: readonly FailureCase[] = Object.entries(damages).map(([what, damage]) => ({
  name:
    `query() rejects with a CodecError when a fetched frame ${what}, frees the result and goes on`,
  run: (tools) => checkDamage(damage, tools),
}));

const offsets: readonly FailureCase[] = [
  {
    name: "a CodecError tells offset, bytes needed and bytes available of a frame that is cut",
    async run({ connect, serve, deepEqual }) {
      const cut = damagedFirst((right) => right.slice(0, -5));
      const server = await serve({ result: numbers([1, 2, 3]), script: { fetch_raw_block: cut } });
      await using connection = await connect(server.url);
      const { offset, needed, available } = await failureOf(connection.query("select v from t"));
      const whole = 55 + server.options.result!.blocks[0]!.length;
      deepEqual({ offset, needed, available }, { offset: 0, needed: whole, available: whole - 5 });
    },
  },
  {
    name: "query() survives every cut of a recorded block",
    async run({ connect, serve, equal }) {
      const result = recorded("select_literals");
      const [block] = result.blocks;
      // Frames are right, blocks are cut: only the block's own checks can tell.
      const blocks = Array.from(
        { length: 32 },
        (_, i) => block!.slice(0, Math.floor(block!.length * i / 32)),
      );
      let cut = 0;
      const server = await serve({
        result,
        script: {
          fetch_raw_block: ({ reqId, resourceId }, peer) =>
            peer.binary(fetchFrame({ reqId, resultId: resourceId, block: blocks[cut++ >> 1]! })),
        },
      });
      await using connection = await connect(server.url);
      for (let i = 0; i < blocks.length; i++) {
        equal((await failureOf(connection.query("select 1"))).name, "CodecError");
      }
      await connection.ping();
    },
  },
];

/** Answers the first query by something else. */
function wrongly(answer: Handler): Handler {
  return (request, peer) => {
    if (peer.server.of("binary_query").length === 1) return answer(request, peer);
    peer.reply(request, peer.server.openResult());
  };
}

const reply = {
  id: 1,
  is_update: false,
  fields_count: 1,
  fields_names: ["v"],
  fields_lengths: [4],
  precision: 0,
};

const answers: Readonly<Record<string, Handler>> = {
  "that is not JSON": (_, peer) => peer.text("<html>Bad Gateway</html>"),
  "that is empty": (_, peer) => peer.text(""),
  "that is JSON but no reply": (_, peer) => peer.text("[1, 2]"),
  "without a code": ({ reqId }, peer) => peer.text(`{"req_id":${reqId},"action":"binary_query"}`),
  "that is a binary frame": ({ reqId }, peer) =>
    peer.binary(fetchFrame({ reqId, resultId: 1n, block: null })),
  "with an unknown type": (request, peer) => peer.reply(request, { ...reply, fields_types: [77] }),
  "with fewer types than names": (request, peer) =>
    peer.reply(request, { ...reply, fields_types: [] }),
  "with an unknown precision": (request, peer) =>
    peer.reply(request, { ...reply, fields_types: [4], precision: 9 }),
  "with names that are none": (request, peer) => peer.reply(request, { ...reply, fields_names: 5 }),
  "with an id that is no number": (request, peer) =>
    peer.reply(request, { ...reply, fields_types: [4], id: "x" }),
  "with a fraction for an id": (request, peer) =>
    peer.reply(request, { ...reply, fields_types: [4], id: 1.5 }),
  "with a fraction for a time": (request, peer) =>
    peer.reply(request, { ...reply, fields_types: [4], timing: 0.5 }),
};

async function checkAnswer(
  answer: Handler,
  { connect, serve, equal }: FailureTools,
): Promise<void> {
  const server = await serve({ script: { binary_query: wrongly(answer) } });
  await using connection = await connect(server.url, { requestTimeoutMs: 2_000 });
  const error = await failureOf(connection.query("select v from t"));
  equal(error.name, "CodecError", error.stack);
  equal((await connection.query("select v from t")).rowCount, 3);
}

const texts: readonly FailureCase[] = [
  ...Object.entries(answers).map(([what, answer]) => ({
    name: `query() rejects an answer ${what} with a CodecError and goes on`,
    run: (tools: FailureTools) => checkAnswer(answer, tools),
  })),
  {
    name: "a message that is null does not hide the error code",
    async run({ connect, serve, equal }) {
      const server = await serve({
        script: {
          binary_query: (request, peer) => peer.reply(request, { code: 0x2603, message: null }),
        },
      });
      await using connection = await connect(server.url);
      const error = await failureOf(connection.exec("drop table t"));
      equal(error.name, "ProgrammingError");
      equal(error["code"], 0x2603);
    },
  },
];

/** Cases about malformed frames. */
export const frameCases: readonly FailureCase[] = [...damaged, ...offsets, ...texts];

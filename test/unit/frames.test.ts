import { describe, expect, it } from "vitest";
import { CodecError } from "../../src/errors.ts";
import { frameKey, legacyBlock, readFetchReply } from "../../src/transports/websocket/frames.ts";
import { fetchFrame } from "../failures/fake_frames.ts";
import { goldenBytes } from "../support/golden.ts";
import { conversation } from "../support/wire.ts";

const names = ["py_query", "py_stmt2", "node_all_type_stmt", "raw_ws_actions"];
const all = names.flatMap((name) => conversation(name)).filter(({ path }) => path === "/ws");

/** Each fetch and the reply that came to it. */
const exchanges = all.flatMap(({ dir, bytes }, i) => {
  const reply = all[i + 1];
  const isFetch = dir === "client" && bytes !== null && bytes[16] === 7;
  return isFetch && reply?.dir === "server" && reply.bytes !== null
    ? [{ request: bytes, reply: reply.bytes }]
    : [];
});

const u64 = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer).getBigUint64(at, true);

describe("readFetchReply()", () => {
  it("reads the recorded frames", () => {
    expect(exchanges.length).toBeGreaterThanOrEqual(15);
    for (const { request, reply } of exchanges) {
      expect(frameKey(reply)).toEqual({ reqId: u64(request, 0) });
      const { code, message, durationNs, block } = readFetchReply(reply);
      expect(durationNs).toBe(u64(reply, 18));
      expect(block?.length ?? -1).toBe(
        reply[50] === 1 || code !== 0 ? -1 : new DataView(reply.buffer).getInt32(51, true),
      );
      if (code === 0) expect(message).toBe("");
      else expect([code, message, block]).toEqual([0xffff, "result is nil", null]);
    }
  });

  it("reads the frames that ended the recorded results", () => {
    for (const name of ["all_types_ms", "empty_us", "meters_12000"]) {
      expect(readFetchReply(goldenBytes(`${name}.last.frame`))).toMatchObject({
        code: 0,
        block: null,
      });
    }
  });

  it("gives the block as a view of the frame", () => {
    const reply = exchanges.map(({ reply }) => reply).find((frame) => frame.length > 60)!;
    const { block } = readFetchReply(reply);
    expect(block!.buffer).toBe(reply.buffer);
    expect(block).toEqual(reply.subarray(55));
  });

  it("reads a frame that does not begin at its buffer's start", () => {
    const { reply } = exchanges[0]!;
    const moved = new Uint8Array(reply.length + 3);
    moved.set(reply, 3);
    expect(readFetchReply(moved.subarray(3))).toEqual(readFetchReply(reply));
    expect(frameKey(moved.subarray(3))).toEqual(frameKey(reply));
  });

  it("refuses every proper prefix of every frame with a CodecError that says what is missing", () => {
    const failed = fetchFrame({ reqId: 1n, resultId: 2n, block: null, code: 5, message: "é" });
    const frames = [...exchanges.map(({ reply }) => reply), failed];
    for (const frame of frames) {
      for (let length = 0; length < frame.length; length++) {
        const read = () => readFetchReply(frame.slice(0, length));
        expect(read).toThrow(CodecError);
        expect(read).toThrow(expect.objectContaining({ offset: 0, available: length }));
      }
    }
    expect(readFetchReply(failed)).toMatchObject({ code: 5, message: "é", block: null });
  });

  it("takes bytes behind the frame's end for nothing", () => {
    const { reply } = exchanges[0]!;
    const longer = new Uint8Array([...reply, 1, 2, 3]);
    expect(readFetchReply(longer)).toEqual(readFetchReply(reply));
  });

  it("refuses another action and another version", () => {
    for (const at of [8, 9, 15, 16, 17]) {
      const wrong = exchanges[0]!.reply.slice();
      wrong[at]! ^= 0x40;
      expect(() => readFetchReply(wrong)).toThrow(CodecError);
    }
  });
});

describe("frameKey()", () => {
  it("tells the result of a recorded legacy frame, whose block is the rest", () => {
    const frame = all.find(({ dir, bytes }) =>
      dir === "server" && bytes !== null && bytes[7] !== 0xff
    )!.bytes!;
    expect(frameKey(frame)).toEqual({ resultId: 1n });
    expect(legacyBlock(frame)).toEqual(frame.subarray(16));
    expect(new DataView(frame.buffer).getInt32(20, true)).toBe(frame.length - 16);
  });

  it("tells nothing of a frame that is too short", () => {
    const whole = fetchFrame({ reqId: 2n ** 64n - 2n, resultId: 1n, block: null });
    for (let length = 0; length < 34; length++) expect(frameKey(whole.slice(0, length))).toBeNull();
    expect(frameKey(whole.slice(0, 34))).toEqual({ reqId: 2n ** 64n - 2n });
  });
});

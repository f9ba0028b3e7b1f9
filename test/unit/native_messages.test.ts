/** Messages of a subscription, copied out of a library whose memory is an array here. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TaosFailure } from "../../src/transports/native/failure.ts";
import { missing, type NativeLibrary } from "../../src/transports/native/library.ts";
import { pollConsumer } from "../../src/transports/native/message_requests.ts";

interface Abi {
  structs: {
    struct: string;
    size: number;
    fields: Record<string, [offset: number, size: number]>;
  }[];
}

const abi: Abi = JSON.parse(
  readFileSync(new URL("../golden/abi.json", import.meta.url), "utf8"),
);
const rawData = abi.structs.find(({ struct }) => struct === "tmq_raw_data")!;

const [consumer, message, payloadAt, ownAt] = [16, 32, 256, 2 ** 40] as const;
const payload = Uint8Array.of(100, 0, 1, 2, 3);
const texts: Record<number, string> = {
  1: "topic",
  2: "database",
  3: `{"type":"create"}`,
  4: "no",
};

/** A library with one message; what is freed is noted. */
function fakeLibrary(
  { type = 3, rawCode = 0, errno = 0, polled = message as number, json = 3 } = {},
) {
  const freed: unknown[] = [];
  const functions = {
    tmq_consumer_poll: () => polled,
    taos_errno: () => errno,
    taos_errstr: () => 4,
    tmq_err2str: () => 4,
    tmq_get_res_type: () => type,
    tmq_get_topic_name: () => 1,
    tmq_get_db_name: () => 2,
    tmq_get_vgroup_id: () => 7,
    tmq_get_vgroup_offset: () => 2n ** 40n,
    tmq_get_raw(_message: number, raw: Uint8Array) {
      const view = new DataView(raw.buffer);
      expect(raw.byteLength).toBe(rawData.size);
      view.setBigUint64(rawData.fields["raw"]![0], BigInt(payloadAt), true);
      view.setUint32(rawData.fields["raw_len"]![0], payload.length, true);
      view.setUint16(rawData.fields["raw_type"]![0], 4, true);
      return rawCode;
    },
    tmq_free_raw: (...registers: bigint[]) => void freed.push(registers),
    tmq_get_json_meta: () => json,
    tmq_free_json_meta: (given: number) => void freed.push(given),
    taos_free_result: (result: number) => void freed.push(result),
  };
  const library = {
    functions,
    text: (at: number) => texts[at]!,
    addressOf: () => ownAt,
    copyInto(target: Uint8Array, from: number) {
      expect(from).toBe(payloadAt);
      target.set(payload);
    },
  };
  return { library: library as unknown as NativeLibrary, freed };
}

const polling = { consumer, waitMs: 100, tellsErrors: true, structsByAddress: false };

describe("pollConsumer()", () => {
  it("copies rows and metadata, and gives raw form, JSON and message back in this order", () => {
    const { library, freed } = fakeLibrary();
    const value = pollConsumer(library, polling);
    expect(value).toMatchObject({
      type: 3,
      topic: "topic",
      database: "database",
      vgroupId: 7,
      offset: 2n ** 40n,
      rawType: 4,
      metadata: `{"type":"create"}`,
    });
    expect(new Uint8Array((value as { payload: ArrayBuffer }).payload)).toEqual(payload);
    // A structure of two words by value: the pointer, then length and type as they stand in memory.
    const words = [BigInt(payloadAt), BigInt(payload.length) | 4n << 32n];
    expect(freed).toEqual([words, 3, message]);
  });

  it("gives the raw form back by the address of a copy where structures go that way", () => {
    const { library, freed } = fakeLibrary({ type: 1 });
    pollConsumer(library, { ...polling, structsByAddress: true });
    expect(freed).toEqual([[BigInt(ownAt), 0n], message]);
  });

  it("tells what became of a message that cannot be read, and frees it", () => {
    const { library, freed } = fakeLibrary({ rawCode: -5 });
    expect(pollConsumer(library, polling)).toEqual({ code: -5, reason: "no" });
    expect(freed).toEqual([message]);
  });

  it("tells what became of metadata without its JSON, and of a library that lacks a function", () => {
    const { library, freed } = fakeLibrary({ type: 2, json: 0, errno: -7 });
    expect(pollConsumer(library, polling)).toEqual({ code: -7, reason: "no" });
    expect(freed).toEqual([message]);
    const { library: older } = fakeLibrary();
    Object.assign(older.functions, { tmq_get_raw: missing("tmq_get_raw") });
    expect(pollConsumer(older, polling)).toEqual({
      code: -1,
      reason: "libtaos has no tmq_get_raw",
    });
  });

  it("tells a message of an unknown type without reading it", () => {
    const { library, freed } = fakeLibrary({ type: 9 });
    const value = pollConsumer(library, polling);
    expect(value).toMatchObject({ type: 9, payload: undefined, metadata: undefined });
    expect(freed).toEqual([message]);
  });

  it("without a message is null, or the thread's error where the library tells it", () => {
    const nothing = fakeLibrary({ polled: 0 }).library;
    expect(pollConsumer(nothing, polling)).toBeNull();
    const failing = fakeLibrary({ polled: 0, errno: -7 }).library;
    expect(() => pollConsumer(failing, polling)).toThrow(TaosFailure);
    expect(pollConsumer(failing, { ...polling, tellsErrors: false })).toBeNull();
  });
});

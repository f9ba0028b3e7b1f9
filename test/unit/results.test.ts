import { beforeAll, describe, expect, it } from "vitest";
import type { Codec } from "../../src/codec/codec.ts";
import { localDecoder } from "../../src/codec/block_decoder.ts";
import { initCodec } from "../../src/codec/load.ts";
import { ConnectionError, ResultError } from "../../src/errors.ts";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { Channel } from "../../src/transports/websocket/channel.ts";
import {
  type BlockFetcher,
  fetchLegacyBlock,
  resultFields,
  resultPrecision,
  WebSocketRows,
} from "../../src/transports/websocket/results.ts";
import { parseReply } from "../../src/transports/websocket/wire.ts";
import { encodeBlock } from "../support/block.ts";

let codec: Codec;
beforeAll(async () => void (codec = await initCodec()));

const block = (...values: number[]) => encodeBlock([{ type: 4, values }]);
const turns = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

interface Fetch extends Deferred<Uint8Array | null> {
  readonly onLate: (ended: boolean) => void;
}

/** Rows over fetches that the test answers. */
function open() {
  const freed: bigint[] = [];
  const fetches: Fetch[] = [];
  const channel = new Channel(() => {});
  channel.notify = (action, _, { id }) => {
    expect(action).toBe("free_result");
    freed.push(id as bigint);
  };
  const fetch: BlockFetcher = (_context, _handle, { signal }, onLate) => {
    const deferred = createDeferred<Uint8Array | null>();
    signal?.addEventListener("abort", () => deferred.reject(signal.reason));
    fetches.push({ ...deferred, onLate });
    return deferred.promise;
  };
  let reqId = 100n;
  const fields = [{ name: "v", type: "INT" as const, typeCode: 4, length: 4 }];
  const handle = { id: 9n, reqId: 1n, fields, precision: "ms" as const };
  const rows = new WebSocketRows(
    { channel, codec, decoder: localDecoder(codec), nextReqId: () => reqId++ },
    handle,
    fetch,
  );
  const controller = new AbortController();
  const call = { reqId: 1n, signal: controller.signal, timeoutMs: 0 };
  return { rows, fetches, freed, call, controller };
}

describe("WebSocketRows", () => {
  it("asks for the next block once the last one is there, one at a time", async () => {
    const { rows, fetches, freed, call } = open();
    const first = rows.next(call);
    expect(fetches.length).toBe(1);
    fetches[0]!.resolve(block(1, 2));
    expect((await first)!.rowCount).toBe(2);
    expect(fetches.length).toBe(2);
    const second = rows.next(call);
    await turns();
    expect(fetches.length).toBe(2);
    fetches[1]!.resolve(null);
    expect(await second).toBeNull();
    expect(await rows.next(call)).toBeNull();
    rows.free();
    await rows.settle();
    expect([fetches.length, freed]).toEqual([2, []]);
  });

  it("frees at once when no fetch is under way, and once", async () => {
    const { rows, freed, call } = open();
    rows.free();
    rows.free();
    await rows.settle();
    expect(freed).toEqual([9n]);
    expect(await rows.next(call)).toBeNull();
  });

  it("frees behind the fetch under way, and settles then", async () => {
    const { rows, fetches, freed, call } = open();
    const first = rows.next(call);
    fetches[0]!.resolve(block(1));
    await first;
    rows.free();
    let isSettled = false;
    const settling = rows.settle().then(() => isSettled = true);
    await turns();
    expect([freed, isSettled]).toEqual([[], false]);
    fetches[1]!.resolve(block(2));
    await settling;
    expect(freed).toEqual([9n]);
  });

  it("does not free what the server has freed with its last answer", async () => {
    const refusal = new ResultError("killed", { code: 0x022d });
    const gone = new ConnectionError("lost");
    for (const answer of [null, refusal, gone]) {
      const { rows, fetches, freed, call } = open();
      const first = rows.next(call);
      fetches[0]!.resolve(block(1));
      await first;
      rows.free();
      if (answer === null) fetches[1]!.resolve(answer);
      else fetches[1]!.reject(answer);
      await rows.settle();
      expect(freed).toEqual([]);
    }
  });

  it("frees when an abort comes between the block and the next request", async () => {
    const { rows, fetches, freed, call, controller } = open();
    const first = rows.next(call);
    fetches[0]!.resolve(block(1));
    // Before the reader goes on: the next fetch is never sent, so no late answer can free the result.
    controller.abort("enough");
    await first.catch(() => {});
    await expect(rows.next(call)).rejects.toBe("enough");
    await turns();
    expect(fetches.length).toBe(1);
    expect(freed).toEqual([9n]);
  });

  it("frees by the late answer when the wait was given up", async () => {
    for (const ended of [true, false]) {
      const { rows, fetches, freed, call, controller } = open();
      const first = rows.next(call);
      controller.abort("enough");
      await expect(first).rejects.toBe("enough");
      expect([rows.isGivenUp, freed]).toEqual([true, []]);
      fetches[0]!.onLate(ended);
      await rows.settle();
      expect([rows.isGivenUp, freed]).toEqual([false, ended ? [] : [9n]]);
    }
  });

  it("frees when a block cannot be decoded, behind the fetch under way", async () => {
    const { rows, fetches, freed, call } = open();
    const first = rows.next(call);
    fetches[0]!.resolve(block(1).slice(0, 20));
    await expect(first).rejects.toMatchObject({ name: "CodecError" });
    expect(freed).toEqual([]);
    fetches[1]!.resolve(block(2));
    await rows.settle();
    expect(freed).toEqual([9n]);
  });

  it("tells a reader that it was cut off, instead of an end", async () => {
    const { rows, fetches, call } = open();
    const first = rows.next(call);
    fetches[0]!.resolve(block(1));
    await first;
    const [second, settling] = [rows.next(call), rows.settle()];
    fetches[1]!.resolve(block(2));
    await settling;
    await expect(second).rejects.toMatchObject({ name: "InterfaceError" });
    await expect(rows.next(call)).rejects.toMatchObject({ name: "InterfaceError" });
  });
});

describe("fetchLegacyBlock()", () => {
  it("frees the result when an abort comes between its two requests", async () => {
    const channel = new Channel(() => {});
    const controller = new AbortController();
    channel.request = (action) => {
      expect(action).toBe("fetch");
      controller.abort("enough");
      return Promise.resolve(parseReply('{"code":0,"completed":false}'));
    };
    const context = { channel, codec, decoder: localDecoder(codec), nextReqId: () => 5n };
    const handle = { id: 9n, reqId: 1n, fields: [], precision: "ms" as const };
    const call = { reqId: 1n, signal: controller.signal, timeoutMs: 0 };
    const late: boolean[] = [];
    const fetching = fetchLegacyBlock(context, handle, call, (ended) => late.push(ended));
    await expect(fetching).rejects.toBe("enough");
    expect(late).toEqual([false]);
  });
});

describe("resultFields()", () => {
  const reply = (members: object) => parseReply(JSON.stringify({ code: 0, ...members }));

  it("tells digits of decimals only", () => {
    const fields = resultFields(reply({
      fields_names: ["d", "n", "t"],
      fields_types: [21, 10, 9],
      fields_lengths: [8, 12, 8],
      fields_precisions: [10, 0, 0],
      fields_scales: [2, 0, 0],
    }));
    expect(fields).toEqual([
      { name: "d", type: "DECIMAL64", typeCode: 21, length: 8, precision: 10, scale: 2 },
      { name: "n", type: "NCHAR", typeCode: 10, length: 12 },
      { name: "t", type: "TIMESTAMP", typeCode: 9, length: 8 },
    ].map((field) => expect.objectContaining({ ...field, type: expect.any(String) })));
    expect(fields[1]).not.toHaveProperty("precision");
  });

  it("refuses types and precisions that it does not know", () => {
    expect(() => resultFields(reply({ fields_names: ["x"], fields_types: [42] }))).toThrow(/x.*42/);
    expect(() => resultFields(reply({ fields_names: ["x"], fields_types: null }))).toThrow(
      /unknown type/,
    );
    expect(resultFields(reply({ fields_names: null }))).toEqual([]);
    expect([0, 1, 2].map((precision) => resultPrecision(reply({ precision })))).toEqual([
      "ms",
      "us",
      "ns",
    ]);
    expect(() => resultPrecision(reply({ precision: 3 }))).toThrow(/precision 3/);
    expect(() => resultPrecision(reply({}))).toThrow(/precision/);
  });
});

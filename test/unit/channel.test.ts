import { describe, expect, it, vi } from "vitest";
import { Channel, type Incoming } from "../../src/transports/websocket/channel.ts";
import { fetchFrame, legacyFrame, replyText } from "../failures/fake_frames.ts";

function open() {
  const sent: (string | Uint8Array)[] = [];
  const onClosed = vi.fn();
  const channel = new Channel(onClosed);
  const close = vi.fn(() => Promise.resolve());
  channel.attach({ compression: false, send: (data) => void sent.push(data), close });
  return { channel, sent, onClosed, close };
}

const limits = { signal: undefined, timeoutMs: 0 };
const call = (reqId: bigint) => ({ ...limits, reqId });
const fetching = (reqId: bigint, resultId?: bigint) => ({
  data: "x",
  reqId,
  what: "fetch_block",
  ...(resultId !== undefined && { resultId }),
});

describe("Channel", () => {
  it("refuses requests before it has a socket and after it is closed", async () => {
    const channel = new Channel(() => {});
    await expect(channel.request("version", {}, call(1n))).rejects.toMatchObject({
      name: "ConnectionError",
      outcome: "not-sent",
    });
    const { channel: closed, sent, onClosed } = open();
    await closed.close();
    await expect(closed.request("version", {}, call(1n))).rejects.toMatchObject({
      outcome: "not-sent",
      reqId: 1n,
    });
    closed.notify("free_result", 2n, { id: 1 });
    expect(sent).toEqual([]);
    expect(onClosed.mock.calls).toEqual([["the connection is closed", true]]);
  });

  it("tells once why it closed", async () => {
    const { channel, onClosed, close } = open();
    channel.onClose("the peer is gone");
    channel.onClose("again");
    await channel.close();
    expect(onClosed.mock.calls).toEqual([["the peer is gone", false]]);
    expect(close).toHaveBeenCalledOnce();
  });

  it("gives the reply to `version` of any id to the request that waits for one", async () => {
    const { channel } = open();
    const [first, second] = [
      channel.request("version", {}, call(10n)),
      channel.request("version", {}, call(11n)),
    ];
    channel.onText(replyText("version", 0n, { version: "3.1" }));
    expect(await first).toMatchObject({ version: "3.1" });
    channel.onText(replyText("version", 11n, { version: "3.2" }));
    expect(await second).toMatchObject({ version: "3.2" });
    channel.onText(replyText("version", 0n, { version: "3.3" }));
  });

  it("matches legacy frames by result and other frames by request", async () => {
    const { channel } = open();
    const legacy = [7n, 8n].map((resultId) =>
      channel.exchange(fetching(resultId + 100n, resultId), limits)
    );
    const frames = [8n, 7n].map((resultId) =>
      legacyFrame(resultId, Uint8Array.of(Number(resultId)))
    );
    const raw = channel.exchange({ data: "x", reqId: 5n, what: "fetch_raw_block" }, limits);
    frames.forEach((frame) => channel.onBinary(frame));
    channel.onBinary(fetchFrame({ reqId: 5n, resultId: 7n, block: null }));
    expect((await Promise.all(legacy) as Uint8Array[]).map((frame) => frame.at(-1))).toEqual([
      7,
      8,
    ]);
    expect(await raw).toBeInstanceOf(Uint8Array);
  });

  it("fails only fetches for a binary frame that is too short to say what it answers", async () => {
    const { channel } = open();
    const fetched = channel.exchange(fetching(1n), limits);
    const asked = channel.request("conn", {}, call(2n));
    channel.onBinary(Uint8Array.of(1, 2, 3));
    await expect(fetched).rejects.toMatchObject({ name: "CodecError", available: 3 });
    channel.onText(replyText("conn", 2n, {}));
    expect((await asked).code).toBe(0);
  });

  it("rejects a binary answer to a request that is answered by text", async () => {
    const { channel } = open();
    const asked = channel.request("conn", {}, call(2n));
    channel.onBinary(fetchFrame({ reqId: 2n, resultId: 7n, block: null }));
    await expect(asked).rejects.toMatchObject({ name: "CodecError" });
  });

  it("hands replies that come after the wait to onLate, each once", async () => {
    const { channel } = open();
    const late: Incoming[] = [];
    const controller = new AbortController();
    const asked = channel.request(
      "query",
      {},
      { ...call(3n), signal: controller.signal },
      (reply) => late.push(reply),
    );
    controller.abort("enough");
    await expect(asked).rejects.toBe("enough");
    for (let i = 0; i < 2; i++) channel.onText(replyText("query", 3n, { id: 4 }));
    await Promise.resolve();
    await vi.waitFor(() => expect(late).toMatchObject([{ id: 4 }]));
  });

  it("keeps a given-up request's id taken until its reply has come", async () => {
    const { channel } = open();
    const aborted = channel.request("query", {}, { ...call(3n), timeoutMs: 1 });
    await expect(aborted).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(channel.request("query", {}, call(3n))).rejects.toMatchObject({
      name: "InterfaceError",
    });
    channel.onText(replyText("query", 3n, {}));
    const again = channel.request("query", {}, call(3n));
    channel.onText(replyText("query", 3n, { id: 9 }));
    expect(await again).toMatchObject({ id: 9 });
  });
});

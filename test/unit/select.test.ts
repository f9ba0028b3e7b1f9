import { describe, expect, it } from "vitest";
import type { ClientEvent } from "../../mod.ts";
import { initCodec } from "../../src/codec/load.ts";
import { resolveOptions } from "../../src/options.ts";
import { openTransport } from "../../src/transports/select.ts";

describe("openTransport()", () => {
  it("warns when WebSocket stands in for a native transport", async () => {
    const events: ClientEvent[] = [];
    const onEvent = (event: ClientEvent) => void events.push(event);
    const signal = AbortSignal.abort(new Error("far enough"));
    for (const url of ["taos://localhost", "ws://localhost"]) {
      const opening = openTransport(resolveOptions(url, { onEvent, signal }), await initCodec());
      await expect(opening).rejects.toThrow("far enough");
    }
    expect(events).toEqual([{
      type: "warning",
      message: expect.stringMatching(/WebSocket stands in/),
    }]);
  });

  it("names a transport that can where native cannot", async () => {
    const opening = openTransport(resolveOptions("taos+native:"), await initCodec());
    await expect(opening).rejects.toMatchObject({ name: "UnsupportedError", message: /ws:/ });
  });
});

/**
 * Finding and loading libtaos. They run in this order in a process that has not loaded it.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type ClientEvent, connect } from "../../mod.ts";
import { testUrl } from "../conformance/env.ts";
import { nativeTarget, nativeUrl } from "../conformance/native_env.ts";

/** One behaviour. */
export interface LoadingCase {
  /** A sentence that begins with the symbol. */
  readonly name: string;
  run(): Promise<void>;
}

/** A WebSocket to the server under test, whatever address is asked for: `taos:` knows taosAdapter's usual port only. */
class ServerSocket extends WebSocket {
  constructor(url: string | URL) {
    super(new URL(new URL(url).pathname, testUrl));
  }
}

/** All cases about loading. */
export const loadingCases: readonly LoadingCase[] = [
  {
    name: "connect() to taos: takes WebSocket where libtaos does not load, and says why",
    async run() {
      const events: ClientEvent[] = [];
      const onEvent = (event: ClientEvent) => void events.push(event);
      const options = { library: "/nowhere/libtaos.so", onEvent, WebSocket: ServerSocket };
      await using connection = await connect("taos:", options);
      equal(connection.transport, "websocket");
      ok(/\/nowhere\/libtaos\.so.*WebSocket stands in/.test(connection.transportReason));
      deepEqual(events[0], { type: "warning", message: connection.transportReason });
    },
  },
  {
    name: "connect() to taos+native: takes nothing else, and tells the loader's reason",
    async run() {
      await rejects(connect("taos+native:", { library: "/nowhere/libtaos.so" }), {
        name: "InterfaceError",
        message: /^libtaos cannot be loaded: \/nowhere\/libtaos\.so: .*No such file/,
      });
    },
  },
  {
    name: "connect() to taos+native: names the function that a library lacks",
    async run() {
      await rejects(connect("taos+native:", { library: "libc.so.6" }), {
        name: "InterfaceError",
        message: /^libtaos has no taos_get_client_info/,
      });
    },
  },
  {
    name: "connect() without a host goes where taos.cfg says, unless the URL says more",
    async run() {
      const target = nativeTarget()!;
      await using connection = await connect(nativeUrl({ ...target, host: "" }));
      equal(await connection.query("select 1").value(), 1n);
      const elsewhere = nativeUrl({ ...target, host: "127.0.0.1:1" });
      await rejects(connect(elsewhere), { name: "ConnectionError", kind: "connection" });
    },
  },
  {
    name: "connect() to taos: takes libtaos where it loads",
    async run() {
      const { library, configDir } = nativeTarget()!;
      await using connection = await connect("taos:", { library, configDir });
      ok(/^(deno|bun)-ffi$/.test(connection.transport));
    },
  },
  {
    name: "connect() refuses another configDir or library than the first of the process",
    async run() {
      const { configDir } = nativeTarget()!;
      await using first = await connect(nativeUrl());
      const refusal = (message: RegExp) => ({ name: "InterfaceError", message });
      await rejects(connect(nativeUrl(), { configDir: "/elsewhere" }), refusal(/configDir/));
      const library = "/elsewhere/libtaos.so";
      await rejects(connect(nativeUrl(), { library }), refusal(/library/));
      await using second = await connect(nativeUrl(), { configDir: `${configDir}/` });
      equal(second.transport, first.transport);
    },
  },
];

/// <reference path="./wasm.d.ts" />
/**
 * The client for workerd and other runtimes that compile no bytes: the same API, WebSocket and REST, the codec as a
 * module of the worker.
 *
 * @module
 */
import module from "./codec/generated/codec.wasm";
import * as edge from "./edge_client.ts";
export * from "./api.ts";
/** Loads the codec, see `initCodec` of the main entry. */
export const initCodec: edge.InitCodec = /* @__PURE__ */ edge.codecOf(module);
/** Connects to a server, see `connect` of the main entry. */
export const connect: typeof edge.connect = /* @__PURE__ */ edge.connectWith(initCodec);
/** Subscribes to topics, see `subscribe` of the main entry. */
export const subscribe: typeof edge.subscribe = /* @__PURE__ */ edge.subscribeWith(initCodec);

/// <reference path="./wasm.d.ts" />
/**
 * The client for Vercel's edge runtime and Next.js: what edge.ts is, but bundlers there compile a `.wasm` file only when
 * the import says `?module`.
 *
 * @module
 */
import module from "./codec/generated/codec.wasm?module";
import * as edge from "./edge_client.ts";
export * from "./api.ts";
/** Loads the codec, see `initCodec` of the main entry. */
export const initCodec: edge.InitCodec = /* @__PURE__ */ edge.codecOf(module);
/** Connects to a server, see `connect` of the main entry. */
export const connect: typeof edge.connect = /* @__PURE__ */ edge.connectWith(initCodec);
/** Subscribes to topics, see `subscribe` of the main entry. */
export const subscribe: typeof edge.subscribe = /* @__PURE__ */ edge.subscribeWith(initCodec);

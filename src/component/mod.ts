/**
 * The codec as a WebAssembly component (`wit/codec.wit`): typed lists instead of views of memory, for programs that put
 * components together and for other hosts, which load `component.wasm` beside this module. In JavaScript `tdwire/codec`
 * does the same work without copying the lists.
 *
 * @module
 */
export { instantiateCodec } from "./instantiate.ts";
export type * from "./types.ts";

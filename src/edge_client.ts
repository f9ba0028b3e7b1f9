/**
 * The parts of the edge entry: the client's functions on the transports that edge workers have.
 *
 * @module
 */
import { codecLoader, type InitCodec } from "./codec/loader.ts";
import type { connect } from "./connect.ts";
import { openConnection } from "./open_connection.ts";
import { openSubscription } from "./open_subscription.ts";
import type { subscribe } from "./subscribe.ts";
import { openConsumerLink, openTransport } from "./transports/select_edge.ts";
import { edgeSocketFactory as socketFactory } from "./transports/websocket/socket_edge.ts";

export type { connect, InitCodec, subscribe };

/** `initCodec()` for a module that the bundler has compiled. */
export function codecOf(module: WebAssembly.Module): InitCodec {
  return codecLoader(() => module);
}

/** `connect()` with that codec. */
export function connectWith(initCodec: InitCodec): typeof connect {
  return (url, options) =>
    openConnection({ initCodec, openTransport, socketFactory }, url, options);
}

/** `subscribe()` with that codec. */
export function subscribeWith(initCodec: InitCodec): typeof subscribe {
  return (url, options) =>
    openSubscription({ initCodec, openConsumerLink, socketFactory }, url, options);
}

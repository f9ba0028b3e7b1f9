/**
 * A small taosAdapter that does as a case says: a handler per action, over handlers that behave. It records all that
 * it receives.
 *
 * @module
 */
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { fetchFrame, readBinary, readText, type Received, replyText } from "./fake_frames.ts";
import { type FakeResult, numbers } from "./fake_result.ts";
import { behaving } from "./fake_script.ts";

/** Answers a request, or does not. */
export type Handler = (request: Received, peer: Peer) => unknown;

/** Handlers by action. */
export type Script = Readonly<Record<string, Handler>>;

/** How a server differs from one that behaves. */
export interface FakeOptions {
  /** Version that it tells. Default 3.3.7.5. */
  readonly version?: string;
  readonly script?: Script;
  /** What every SELECT gives. */
  readonly result?: FakeResult;
  /** Placeholders of every INSERT that is prepared, as on the wire. */
  readonly placeholders?: readonly Readonly<Record<string, unknown>>[];
  /** Accepts permessage-deflate. */
  readonly compression?: boolean;
}

/** One client of the server. */
export class Peer {
  readonly server: FakeServer;
  readonly #socket: WebSocket;

  constructor(server: FakeServer, socket: WebSocket) {
    this.server = server;
    this.#socket = socket;
  }

  /** Answers by text. */
  reply(request: Received, fields: Readonly<Record<string, unknown>> = {}): void {
    this.text(replyText(request.action, request.reqId, fields));
  }

  /** Answers by an error. */
  fail(request: Received, code: number, message: string): void {
    this.reply(request, { code, message });
  }

  /** Answers a fetch with its result's next block. */
  nextBlock(request: Received): void {
    const { reqId, resourceId } = request;
    this.server.fetchAnswered(resourceId);
    this.binary(
      fetchFrame({ reqId, resultId: resourceId, block: this.server.takeBlock(resourceId) }),
    );
  }

  /** Sends any text. */
  text(text: string): void {
    this.#socket.send(text);
  }

  /** Sends any bytes. */
  binary(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** Cuts the connection. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Closes politely. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}

/** The server. */
export class FakeServer {
  readonly options: FakeOptions;
  /** All requests, in the order they came. */
  readonly received: Received[] = [];
  /** Path and extension header of each handshake. */
  readonly handshakes: { readonly path: string; readonly extensions: string | undefined }[] = [];
  /** Most fetches of one result that were unanswered at one time. */
  mostFetches = 0;
  readonly #server: WebSocketServer;
  readonly #blocks = new Map<bigint, Uint8Array[]>();
  readonly #fetches = new Map<bigint, number>();
  #ids = 0;

  private constructor(options: FakeOptions) {
    this.options = options;
    this.#server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      perMessageDeflate: options.compression ?? false,
    });
    this.#server.on("connection", (socket, request) => {
      const extensions = request.headers["sec-websocket-extensions"];
      this.handshakes.push({ path: request.url ?? "", extensions });
      const peer = new Peer(this, socket);
      socket.on("message", (data: Uint8Array, isBinary: boolean) => {
        const bytes = new Uint8Array(data);
        this.#take(isBinary ? readBinary(bytes) : readText(new TextDecoder().decode(bytes)), peer);
      });
    });
  }

  static async start(options: FakeOptions): Promise<FakeServer> {
    const server = new FakeServer(options);
    await new Promise((resolve) => server.#server.on("listening", () => resolve(undefined)));
    return server;
  }

  /** `host:port`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `ws://${this.host}`;
  }

  /** Requests of one action. */
  of(action: string): Received[] {
    return this.received.filter((request) => request.action === action);
  }

  /** Waits until so many requests of an action have come; gives the last of them. */
  async waitFor(action: string, count = 1): Promise<Received> {
    await until(() => this.of(action).length >= count, `${count} × ${action}`);
    return this.of(action)[count - 1]!;
  }

  /** A number for a result or statement. */
  nextId(): number {
    return ++this.#ids;
  }

  /** Fields of a reply that opens a result. */
  openResult(): Record<string, unknown> {
    const { head, blocks } = this.options.result ?? numbers([1, 2, 3]);
    const id = this.nextId();
    this.#blocks.set(BigInt(id), [...blocks]);
    return { ...head, id, is_update: false, affected_rows: 0 };
  }

  /** The next block of a result; null at its end. */
  takeBlock(resultId: bigint): Uint8Array | null {
    return this.#blocks.get(resultId)?.shift() ?? null;
  }

  /** Sets the blocks that a result has yet to give. */
  replaceBlocks(resultId: bigint, blocks: readonly Uint8Array[]): void {
    this.#blocks.set(resultId, [...blocks]);
  }

  /** Whether a result has blocks left. */
  hasBlock(resultId: bigint): boolean {
    return (this.#blocks.get(resultId)?.length ?? 0) > 0;
  }

  fetchAnswered(resultId: bigint): void {
    this.#fetches.set(resultId, (this.#fetches.get(resultId) ?? 1) - 1);
  }

  /** Cuts all connections. */
  dropAll(): void {
    for (const client of this.#server.clients) client.terminate();
  }

  /** Ends all connections, then the server. */
  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(request: Received, peer: Peer): void {
    this.received.push(request);
    if (request.action === "fetch_raw_block") {
      const open = (this.#fetches.get(request.resourceId) ?? 0) + 1;
      this.#fetches.set(request.resourceId, open);
      this.mostFetches = Math.max(this.mostFetches, open);
    }
    const handler = this.options.script?.[request.action] ?? behaving[request.action];
    if (handler === undefined) peer.fail(request, 0xffff, `unknown action ${request.action}`);
    else handler(request, peer);
  }
}

/** Waits until something holds; fails after three seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 3_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never came: ${what}`);
    await pause(2);
  }
}

/** Waits some milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

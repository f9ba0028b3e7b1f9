/**
 * The server: one HTTP listener with the REST interface and the WebSocket endpoints `/ws` and `/rest/tmq`.
 *
 * @module
 */

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { defaultVersion, type Engine } from "./engine.ts";
import { type Faults, type ReceivedStatement, StatementCounter } from "./faults.ts";
import { HttpHandler } from "./http.ts";
import type { Endpoint, ServerContext } from "./session.ts";
import { SocketConnection } from "./socket.ts";
import { TmqConnection } from "./tmq/connection.ts";

/** Settings of {@link createServer}. */
export interface DevServerOptions {
  /** Port to listen on; 0 takes any free one. Default 6041. */
  port?: number;
  /** Address to listen on. Default `127.0.0.1`. */
  hostname?: string;
  /** File that keeps the data. Default: in memory, gone when the server closes. */
  file?: string;
  /** Faults for tests of a client. */
  faults?: Faults;
  /** Called for every statement that a client sends, before it is carried out: a log of them. */
  onStatement?: (statement: ReceivedStatement) => void;
  /** Server version told to clients. Default `3.3.7.5`. */
  version?: string;
  /** Bearer token that logs in as root. Default: none, every token is refused. */
  token?: string;
  /** The database behind the server. Default: DuckDB, which needs the package `@duckdb/node-api`. */
  engine?: Engine;
}

const optionNames: ReadonlySet<string> = new Set<keyof DevServerOptions>([
  "port",
  "hostname",
  "file",
  "faults",
  "onStatement",
  "version",
  "token",
  "engine",
]);

/** A running server. */
export interface DevServer extends AsyncDisposable {
  /** URL for WebSocket clients, such as `ws://127.0.0.1:6041`. */
  readonly url: string;
  /** Port that the server listens on. */
  readonly port: number;
  /** Cuts all connections, waits for what they still do, frees everything and closes the database. */
  close(): Promise<void>;
  /** Cuts all connections and listens again on the same port after `downMs` milliseconds (default 0); data stay. */
  restart(downMs?: number): Promise<void>;
  /** Number of open WebSocket connections. */
  connections(): number;
  /** Number of results that no client has freed or read to the end. */
  openResults(): number;
  /** Number of open prepared statements. */
  openStatements(): number;
}

const PING_INTERVAL_MS = 54_000;

/** Paths of clients made for servers before 3.1.2, which have a subset of what `/ws` has (protocol.md §2.10). */
const LEGACY_PATHS = new Set(["/rest/ws", "/rest/stmt", "/rest/schemaless"]);

/**
 * Starts a server.
 *
 * @param options Where it listens and where its data are.
 * @returns The server; close it to free its port and its memory.
 * @throws {Error} when the port is taken, or `@duckdb/node-api` is missing.
 * @example
 * ```ts
 * await using server = await createServer({ port: 0 });
 * const reply = await fetch(`http://127.0.0.1:${server.port}/rest/sql`, {
 *   method: "POST",
 *   headers: { authorization: `Basic ${btoa("root:taosdata")}` },
 *   body: "show databases",
 * });
 * console.log((await reply.json()).code); // 0
 * ```
 * @example What a client sends
 * ```ts
 * import { connect } from "tdwire";
 * import { createServer } from "tdwire/devserver";
 *
 * const received: string[] = [];
 * await using server = await createServer({
 *   port: 0,
 *   onStatement: ({ sql }) => received.push(sql),
 * });
 * await using db = await connect(server.url);
 * await db.exec("create database power");
 * console.log(received.at(-1)); // create database power
 * ```
 */
export async function createServer(options: DevServerOptions = {}): Promise<DevServer> {
  const unknown = Object.keys(options).find((name) => !optionNames.has(name));
  // A misspelt `faults` would make a test that tests nothing.
  if (unknown !== undefined) throw new TypeError(`there is no option ${JSON.stringify(unknown)}`);
  const engine = options.engine ?? await openDuckDb(options);
  const server = new RunningServer(engine, options);
  try {
    await server.listen(options.port ?? 6041);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return server;
}

async function openDuckDb({ file, version }: DevServerOptions): Promise<Engine> {
  const { createEngine } = await import("./duckdb_engine.ts");
  return await createEngine({
    ...(file === undefined ? {} : { file }),
    ...(version === undefined ? {} : { version }),
  });
}

class RunningServer implements DevServer {
  private readonly engine: Engine;
  private readonly context: ServerContext;
  private readonly options: DevServerOptions;
  private readonly hostname: string;
  private readonly http: HttpHandler;
  private readonly sockets = new Set<SocketConnection | TmqConnection>();
  private readonly endings = new Set<Promise<void>>();
  private readonly webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: 0,
    perMessageDeflate: {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      threshold: 1024,
    },
  });
  private listener: Server | null = null;
  private lastConnection = 0;
  private closing: Promise<void> | null = null;
  private boundPort = 0;

  constructor(engine: Engine, options: DevServerOptions) {
    this.engine = engine;
    this.options = options;
    this.hostname = options.hostname ?? "127.0.0.1";
    const { version = defaultVersion, token = null, onStatement } = options;
    this.context = { engine, version, token, statements: new StatementCounter(onStatement) };
    this.http = new HttpHandler(this.context, options.faults);
  }

  get port(): number {
    return this.boundPort;
  }

  get url(): string {
    return `ws://${
      this.hostname.includes(":") ? `[${this.hostname}]` : this.hostname
    }:${this.boundPort}`;
  }

  async listen(port: number): Promise<void> {
    const listener = createHttpServer((request, response) =>
      void this.http.handle(request, response)
    );
    listener.on("upgrade", (request, socket, head) => void this.upgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(port, this.hostname, () => {
        listener.off("error", reject);
        resolve();
      });
    });
    this.boundPort = (listener.address() as AddressInfo).port;
    this.listener = listener;
  }

  connections(): number {
    return this.sockets.size;
  }

  openResults(): number {
    return this.sum(({ session }) => session.results.size);
  }

  openStatements(): number {
    return this.sum(({ session }) => session.statements.size);
  }

  close(): Promise<void> {
    this.closing ??= this.stop().then(() => this.engine.close());
    return this.closing;
  }

  async restart(downMs = 0): Promise<void> {
    await this.stop();
    if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs));
    await this.listen(this.boundPort);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private sum(count: (socket: SocketConnection) => number): number {
    return [...this.sockets].reduce(
      (total, socket) => total + (socket instanceof SocketConnection ? count(socket) : 0),
      0,
    );
  }

  private async stop(): Promise<void> {
    const listener = this.listener;
    this.listener = null;
    const closed = new Promise<void>((resolve) =>
      listener === null ? resolve() : listener.close(() => resolve())
    );
    for (const socket of this.sockets) socket.terminate();
    listener?.closeAllConnections();
    await closed;
    await Promise.all([...this.sockets].map((socket) => this.retire(socket)));
    await Promise.all(this.endings);
    await this.http.idle();
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://server");
    const connection = ++this.lastConnection;
    socket.on("error", () => socket.destroy());
    const refusal = await this.options.faults?.onConnect?.({ path, connection }) ?? 0;
    const isTmq = path === "/rest/tmq" && this.engine.topics !== undefined;
    const isLegacy = LEGACY_PATHS.has(path);
    const isKnown = path === "/ws" || isLegacy || isTmq;
    const status = refusal !== 0 ? refusal : isKnown ? 0 : 404;
    if (status !== 0) {
      socket.end(
        `HTTP/1.1 ${status} ${
          STATUS_CODES[status] ?? "Refused"
        }\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    this.webSockets.handleUpgrade(
      request,
      socket,
      head as Buffer,
      (webSocket) =>
        this.accept(webSocket, connection, isTmq, {
          isLegacy,
          isBehindGateway: searchParams.has("token"),
        }),
    );
  }

  private accept(
    webSocket: WebSocket,
    number: number,
    isTmq: boolean,
    endpoint: Endpoint,
  ): void {
    if (this.listener === null) return webSocket.terminate();
    const { faults } = this.options;
    const connection = isTmq
      ? new TmqConnection(webSocket, this.context, faults, number)
      : new SocketConnection(webSocket, this.context, faults, number, endpoint);
    this.sockets.add(connection);
    const stopPings = keepAlive(webSocket);
    webSocket.on("close", () => {
      stopPings();
      void this.retire(connection);
    });
  }

  private retire(connection: SocketConnection | TmqConnection): Promise<void> {
    this.sockets.delete(connection);
    const ending: Promise<void> = connection.end().finally(() => this.endings.delete(ending));
    this.endings.add(ending);
    return ending;
  }
}

/** Pings a client and cuts it when it was silent for two intervals. Returns what stops that. */
function keepAlive(webSocket: WebSocket): () => void {
  let silentIntervals = 0;
  const hear = () => {
    silentIntervals = 0;
  };
  webSocket.on("pong", hear);
  webSocket.on("message", hear);
  const timer = setInterval(() => {
    if (++silentIntervals > 2) webSocket.terminate();
    else webSocket.ping();
  }, PING_INTERVAL_MS);
  return () => clearInterval(timer);
}

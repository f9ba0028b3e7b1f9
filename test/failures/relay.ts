/**
 * Listens for pages and workers, which cannot: passes what clients send to the one who asked, and his answers back.
 *
 * A text on the control socket is a {@linkcode RelayCommand} or a {@linkcode RelayEvent}. A binary frame is a client's
 * or for a client: the number of its connection (u32, little-endian), then what it carries.
 *
 * @module
 */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** What the one who asks wants done. */
export type RelayCommand =
  | {
    readonly do: "listen";
    readonly server: number;
    /** Undefined is plain TCP. */
    readonly webSocket: { readonly perMessageDeflate: boolean } | undefined;
  }
  | { readonly do: "stop"; readonly server: number }
  | { readonly do: "send" | "end"; readonly socket: number; readonly text: string }
  | { readonly do: "terminate"; readonly socket: number }
  | {
    readonly do: "close";
    readonly socket: number;
    readonly code: number;
    readonly reason: string;
  };

/** What is told to him. */
export type RelayEvent =
  | { readonly event: "listening"; readonly server: number; readonly port: number }
  | { readonly event: "stopped"; readonly server: number }
  | {
    readonly event: "connection";
    readonly server: number;
    readonly socket: number;
    readonly url: string;
    readonly headers: Readonly<Record<string, unknown>>;
  }
  | { readonly event: "text"; readonly socket: number; readonly text: string }
  | { readonly event: "closed"; readonly socket: number };

type Listener = Extract<RelayCommand, { do: "listen" }>;

/** What belongs to one control socket. */
class Desk {
  readonly #control: WebSocket;
  readonly #servers = new Map<number, { close(done: () => void): void; address(): unknown }>();
  readonly #webSockets = new Map<number, WebSocket>();
  readonly #sockets = new Map<number, Socket>();
  #count = 0;

  constructor(control: WebSocket) {
    this.#control = control;
    control.on("message", (data: Uint8Array, isBinary: boolean) => {
      if (isBinary) this.#passBinary(new Uint8Array(data));
      else this.#obey(JSON.parse(new TextDecoder().decode(data)) as RelayCommand);
    });
    control.on("close", () => this.#clear());
  }

  #tell(event: RelayEvent): void {
    this.#control.send(JSON.stringify(event));
  }

  #passBinary(frame: Uint8Array): void {
    const socket = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
    this.#webSockets.get(socket)?.send(frame.subarray(4));
  }

  #obey(command: RelayCommand): void {
    switch (command.do) {
      case "listen":
        return command.webSocket === undefined
          ? this.#listen(command.server)
          : this.#listenForWebSockets(command);
      case "stop": {
        const { server } = command;
        return this.#servers.get(server)?.close(() => this.#tell({ event: "stopped", server }));
      }
      case "send":
        return this.#webSockets.get(command.socket)?.send(command.text);
      case "end":
        return void this.#sockets.get(command.socket)?.end(command.text);
      case "terminate":
        this.#sockets.get(command.socket)?.destroy();
        return this.#webSockets.get(command.socket)?.terminate();
      case "close":
        return this.#webSockets.get(command.socket)?.close(command.code, command.reason);
    }
  }

  #tellPort(server: number): void {
    const { port } = this.#servers.get(server)!.address() as AddressInfo;
    this.#tell({ event: "listening", server, port });
  }

  #listenForWebSockets({ server, webSocket }: Listener): void {
    const listener = new WebSocketServer({ port: 0, host: "127.0.0.1", ...webSocket });
    this.#servers.set(server, listener);
    listener.on("listening", () => this.#tellPort(server));
    listener.on("connection", (client, { url = "", headers }) => {
      const socket = this.#add(this.#webSockets, client, server, url, headers);
      client.on("message", (data: Uint8Array, isBinary: boolean) => {
        if (!isBinary) {
          return this.#tell({ event: "text", socket, text: new TextDecoder().decode(data) });
        }
        const frame = new Uint8Array(4 + data.length);
        new DataView(frame.buffer).setUint32(0, socket, true);
        frame.set(data, 4);
        this.#control.send(frame);
      });
    });
  }

  #listen(server: number): void {
    const listener = createServer((client) => {
      const socket = this.#add(this.#sockets, client, server, "", {});
      client.on("data", (data) => this.#tell({ event: "text", socket, text: String(data) }));
    });
    this.#servers.set(server, listener);
    listener.listen(0, "127.0.0.1", () => this.#tellPort(server));
  }

  #add<T extends WebSocket | Socket>(
    sockets: Map<number, T>,
    client: T,
    server: number,
    url: string,
    headers: Extract<RelayEvent, { event: "connection" }>["headers"],
  ): number {
    const socket = ++this.#count;
    sockets.set(socket, client);
    const emitter: NodeJS.EventEmitter = client;
    // A client that gives up resets the connection; that is its right.
    emitter.on("error", () => {});
    emitter.on("close", () => {
      sockets.delete(socket);
      this.#tell({ event: "closed", socket });
    });
    this.#tell({ event: "connection", server, socket, url, headers });
    return socket;
  }

  #clear(): void {
    for (const client of this.#webSockets.values()) client.terminate();
    for (const client of this.#sockets.values()) client.destroy();
    for (const server of this.#servers.values()) server.close(() => {});
  }
}

/** Starts the relay on localhost; its servers end with the control socket that asked for them. */
export async function startRelay(): Promise<{ url: string } & AsyncDisposable> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (control) => new Desk(control));
  await new Promise((resolve) => server.on("listening", () => resolve(undefined)));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

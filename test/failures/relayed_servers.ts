/**
 * `WebSocketServer` of `ws` and `createServer` of `node:net` for pages and workers, as far as the scripted servers use
 * them: the ports are the relay's (relay.ts), the servers stay on this side.
 *
 * @module
 */
import type { RelayCommand, RelayEvent } from "./relay.ts";

type Listener = (...args: never[]) => void;

class Emitter {
  readonly #listeners: [name: string, listener: Listener][] = [];

  on(name: string, listener: Listener): void {
    this.#listeners.push([name, listener]);
  }

  emit(name: string, ...args: unknown[]): void {
    for (const [of, listener] of this.#listeners) if (of === name) listener(...args as never[]);
  }
}

/** The control socket of the case that runs; one case runs at a time. */
let link: Link | undefined;

class Link {
  readonly #control: WebSocket;
  readonly servers: RelayedServer[] = [];
  readonly sockets = new Map<number, RelayedSocket>();

  constructor(control: WebSocket) {
    this.#control = control;
    control.addEventListener("message", ({ data }: MessageEvent) => {
      if (typeof data === "string") this.#take(JSON.parse(data) as RelayEvent);
      else this.#takeBinary(new Uint8Array(data as ArrayBuffer));
    });
  }

  order(command: RelayCommand): void {
    this.#control.send(JSON.stringify(command));
  }

  sendBinary(socket: number, bytes: Uint8Array): void {
    const frame = new Uint8Array(4 + bytes.length);
    new DataView(frame.buffer).setUint32(0, socket, true);
    frame.set(bytes, 4);
    this.#control.send(frame);
  }

  #take(event: RelayEvent): void {
    switch (event.event) {
      case "listening":
        return this.servers[event.server]!.listening(event.port);
      case "stopped":
        return this.servers[event.server]!.emit("stopped");
      case "connection": {
        const socket = new RelayedSocket(this, event.socket);
        this.sockets.set(event.socket, socket);
        const server = this.servers[event.server]!;
        server.clients.add(socket);
        socket.on("close", () => void server.clients.delete(socket));
        return server.emit("connection", socket, event);
      }
      case "text": {
        const socket = this.sockets.get(event.socket)!;
        socket.take(new TextEncoder().encode(event.text), false);
        return socket.emit("data", event.text);
      }
      case "closed":
        return this.sockets.get(event.socket)!.emit("close");
    }
  }

  #takeBinary(frame: Uint8Array): void {
    const socket = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
    this.sockets.get(socket)!.take(frame.subarray(4), true);
  }
}

/** A client's connection. */
class RelayedSocket extends Emitter {
  readonly #link: Link;
  readonly #socket: number;
  #isCut = false;

  constructor(link: Link, socket: number) {
    super();
    this.#link = link;
    this.#socket = socket;
  }

  take(message: Uint8Array, isBinary: boolean): void {
    // What was on its way to a connection that is cut is lost.
    if (!this.#isCut) this.emit("message", message, isBinary);
  }

  send(data: string | Uint8Array): void {
    if (typeof data !== "string") this.#link.sendBinary(this.#socket, data);
    else this.#link.order({ do: "send", socket: this.#socket, text: data });
  }

  end(text: string): void {
    this.#link.order({ do: "end", socket: this.#socket, text });
  }

  close(code: number, reason: string): void {
    this.#link.order({ do: "close", socket: this.#socket, code, reason });
  }

  terminate(): void {
    this.#isCut = true;
    this.#link.order({ do: "terminate", socket: this.#socket });
  }

  destroy(): void {
    this.terminate();
  }
}

class RelayedServer extends Emitter {
  readonly clients: Set<RelayedSocket> = new Set();
  readonly #link: Link;
  readonly #number: number;
  #port = 0;

  constructor(webSocket: Extract<RelayCommand, { do: "listen" }>["webSocket"]) {
    super();
    if (link === undefined) throw new Error("no relay is linked");
    this.#link = link;
    this.#number = link.servers.push(this) - 1;
    link.order({ do: "listen", server: this.#number, webSocket });
  }

  listening(port: number): void {
    this.#port = port;
    this.emit("listening");
  }

  address(): { port: number } {
    return { port: this.#port };
  }

  close(done: () => void): void {
    this.on("stopped", done);
    this.#link.order({ do: "stop", server: this.#number });
  }
}

/** In the place of the `WebSocketServer` of `ws`. */
export class WebSocketServer extends RelayedServer {
  constructor({ perMessageDeflate }: { perMessageDeflate: boolean }) {
    super({ perMessageDeflate });
  }
}

/** In the place of `createServer` of `node:net`. */
export function createServer(onConnection: (socket: RelayedSocket) => void) {
  const server = new RelayedServer(undefined);
  server.on("connection", onConnection);
  return Object.assign(server, {
    listen: (_port: number, _host: string, done: () => void) => server.on("listening", done),
  });
}

/** Links this side to a relay: scripted servers can be started until the link is given back. */
export async function linkRelay(url: string): Promise<Disposable> {
  const control = new WebSocket(url);
  control.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    control.addEventListener("open", resolve);
    control.addEventListener("error", reject);
  });
  link = new Link(control);
  return {
    [Symbol.dispose]() {
      link = undefined;
      control.close();
    },
  };
}

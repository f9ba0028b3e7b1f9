/**
 * A TCP server that answers every connection with the same text, or with silence.
 *
 * @module
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** The server. */
export class RawServer implements AsyncDisposable {
  /** What clients sent. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: string | null) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      // A client that gives up resets the connection; that is its right.
      socket.on("error", () => {});
      socket.on("data", (data) => {
        this.requests.push(String(data));
        if (answer !== null) socket.end(answer);
      });
    });
  }

  /** Starts a server; a null answer is silence. */
  static async start(answer: string | null): Promise<RawServer> {
    const server = new RawServer(answer);
    await new Promise((resolve) => server.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    return server;
  }

  /** Starts a server that answers with an HTTP status. */
  static ofStatus(status: number, text: string): Promise<RawServer> {
    return RawServer.start(
      `HTTP/1.1 ${status} ${text}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  }

  /** `host:port`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** `host:port` at which nobody listens. */
export async function deadHost(): Promise<string> {
  await using server = await RawServer.start(null);
  return server.host;
}

/**
 * A connection that comes back: lost with the server, opened again with the next piece of work.
 *
 * @module
 */
import { connect, type Connection, ConnectionError } from "tdwire";

/** What the page tells of the connection. */
export interface ConnectionState {
  readonly state: "connecting" | "open" | "lost";
  readonly text: string;
}

export class LiveConnection {
  readonly #url: string;
  /** Blocks are decoded beside the page's own thread, which draws. */
  readonly #decodeWorker = new Worker("decode_worker.js", { type: "module" });
  readonly #onState: (state: ConnectionState) => void;
  #opening: Promise<Connection> | undefined;

  constructor(url: string, onState: (state: ConnectionState) => void) {
    this.#url = url;
    this.#onState = onState;
  }

  /** Does a piece of work. When the connection is lost by it, the next piece opens another. */
  async run<T>(work: (db: Connection) => Promise<T>): Promise<T> {
    const opening = this.#opening ??= this.#open();
    try {
      return await work(await opening);
    } catch (error) {
      if (error instanceof ConnectionError) this.#lose(opening, error.message);
      throw error;
    }
  }

  #lose(lost: Promise<Connection>, text: string): void {
    if (this.#opening !== lost) return;
    this.#opening = undefined;
    this.#onState({ state: "lost", text });
    lost.then((db) => db.close()).catch(() => {});
  }

  async #open(): Promise<Connection> {
    this.#onState({ state: "connecting", text: "connecting …" });
    try {
      const db = await connect(this.#url, { decodeWorker: this.#decodeWorker });
      this.#onState({ state: "open", text: `TDengine ${db.serverVersion} over ${db.transport}` });
      return db;
    } catch (error) {
      this.#opening = undefined;
      this.#onState({
        state: "lost",
        text: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  }
}

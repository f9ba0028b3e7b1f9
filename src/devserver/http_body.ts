/**
 * A reply's body, streamed as it is made, compressed when the client offers gzip.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { createGzip } from "node:zlib";

/** Bytes gathered before they are sent, as the real server does. */
const FLUSH_BYTES = 16_352;

/** Allows every origin. */
export function setCommonHeaders(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.origin === undefined) return;
  response.setHeader("access-control-allow-origin", "*");
  if (request.method !== "OPTIONS") return;
  response.setHeader("access-control-allow-methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
  response.setHeader(
    "access-control-allow-headers",
    request.headers["access-control-request-headers"] ?? "*",
  );
  response.setHeader("access-control-max-age", "43200");
}

/** The body of a successful query. Text is one character a byte. */
export class HttpBody {
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly isHeld: boolean;
  private pending = "";
  private sink: Writable | null = null;

  /** `isHeld` keeps everything back for a fault to work on. */
  constructor(request: IncomingMessage, response: ServerResponse, isHeld: boolean) {
    this.request = request;
    this.response = response;
    this.isHeld = isHeld;
  }

  /** True when the client is gone. */
  get isClosed(): boolean {
    return this.response.destroyed;
  }

  /** Adds text. */
  add(text: string): void {
    this.pending += text;
  }

  /** Sends what has gathered when it is enough; waits while the client reads slower than rows are made. */
  async flushFull(): Promise<void> {
    if (!this.isHeld && this.pending.length > FLUSH_BYTES) await this.flush();
  }

  /** True when {@link flushFull} would send. */
  get isFull(): boolean {
    return this.pending.length > FLUSH_BYTES;
  }

  /** What was held back. */
  held(): Uint8Array {
    return Buffer.from(this.pending, "latin1");
  }

  /** Ends the body, with `replacement` for what was held back; `isCut` breaks the connection off behind it. */
  async end(replacement?: string | Uint8Array, isCut = false): Promise<void> {
    if (replacement !== undefined) {
      this.pending = typeof replacement === "string"
        ? replacement
        : Buffer.from(replacement).toString("latin1");
    }
    if (isCut) return await this.cut();
    await this.flush();
    this.open().end();
  }

  /** Cuts the connection once what has gathered is sent. */
  private async cut(): Promise<void> {
    const sink = this.open();
    await new Promise<void>((resolve) => {
      this.response.once("close", resolve);
      sink.write(Buffer.from(this.pending, "latin1"), () => resolve());
    });
    this.response.destroy();
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.from(this.pending, "latin1");
    this.pending = "";
    const sink = this.open();
    if (this.isClosed || sink.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        sink.off("drain", go);
        this.response.off("close", go);
        resolve();
      };
      sink.on("drain", go);
      this.response.on("close", go);
    });
  }

  private open(): Writable {
    if (this.sink !== null) return this.sink;
    const isGzip = /\bgzip\b/.test(String(this.request.headers["accept-encoding"] ?? ""));
    const encoding = isGzip ? { "content-encoding": "gzip" } : {};
    this.response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      ...encoding,
    });
    if (isGzip) {
      const gzip = createGzip({ level: 1 });
      gzip.pipe(this.response);
      this.sink = gzip;
    } else {
      this.sink = this.response;
    }
    return this.sink;
  }
}

/**
 * Opens a WebSocket in any runtime and hands on what it receives.
 *
 * @module
 */
import { ConnectionError, InterfaceError } from "../../errors.ts";
import { type Limits, withDeadline } from "../../internal/abort.ts";
import type { SocketFactory } from "../../runtime.ts";

/** Receives what a socket delivers. Nothing is called after `onClose`. */
export interface SocketListener {
  onText(text: string): void;
  /** `bytes` belongs to the receiver. */
  onBinary(bytes: Uint8Array): void;
  onClose(reason: string): void;
}

/** An open socket. */
export interface Socket {
  /** Whether permessage-deflate was negotiated. */
  readonly compression: boolean;
  send(data: string | Uint8Array): void;
  /** Closes with code 1000; resolves when the socket is closed, or when no answer comes. */
  close(): Promise<void>;
}

/** Which WebSocket to open, and how. */
export interface SocketRequest {
  /** With secrets, for the handshake. */
  readonly url: string;
  /** Without secrets, for messages. */
  readonly safeUrl: string;
  readonly compression: boolean;
  readonly WebSocket: typeof WebSocket | undefined;
  /** How to open it without that. */
  readonly socketFactory: (() => Promise<SocketFactory | undefined>) | undefined;
  /** How long `close` waits for the server's answer, in milliseconds. Default 1 000. */
  readonly closeWaitMs?: number;
}

const closeWaitMs = 1_000;

async function factoryFor(request: SocketRequest): Promise<SocketFactory> {
  const Custom = request.WebSocket;
  if (Custom !== undefined) return (url) => new Custom(url);
  const factory = await request.socketFactory?.().catch((cause: unknown) => {
    throw new InterfaceError(
      "the package ws cannot be loaded: install it, or pass a WebSocket as the WebSocket option",
      {
        cause,
      },
    );
  });
  if (factory !== undefined) return factory;
  throw new InterfaceError("this runtime has no WebSocket: pass one as the WebSocket option");
}

interface HandshakeFailure {
  readonly message?: string;
  /** One failure an address, of a host that has several. */
  readonly errors?: readonly { readonly message: string }[];
}

/** What to do about an address where no WebSocket opens. */
function reachHint(reason: string): string | undefined {
  if (/ECONNREFUSED|connection refused/i.test(reason)) {
    return "Is taosAdapter running? It listens on port 6041; 6030 is taosd's own.";
  }
  return /wrong version number|InvalidContentType/.test(reason)
    ? "The server does not speak TLS there: the URL is a ws: one."
    : undefined;
}

/** What a failed handshake tells; browsers tell nothing. */
function handshakeError(failure: object, request: SocketRequest): ConnectionError {
  const { error, message } = failure as { error?: HandshakeFailure; message?: string };
  const each = error?.errors?.map(({ message }) => message).join(", ");
  // Without the scheme: `fetch` quotes the URL with that of HTTP.
  const [secret, safe] = [request.url, request.safeUrl].map((url) => url.replace(/^\w+:/, ""));
  const reason = (error?.message || each || message || "the WebSocket handshake failed")
    .replaceAll(secret!, safe!);
  // "Unexpected server response: 404" (ws), "Invalid status code: 404" (Deno), "Expected 101 status code: 404" (Bun);
  // a socket of `fetch` ends alike.
  const status = /(?:response|status code): (\d{3})$/.exec(reason)?.[1];
  if (status === "401") {
    return new ConnectionError(`${request.safeUrl}: the gateway refused the token (HTTP 401)`, {
      kind: "authentication",
      outcome: "not-sent",
    });
  }
  const text = `${request.safeUrl}: ${reason}`;
  if (status !== "404" && status !== "400") {
    return new ConnectionError(text, { outcome: "not-sent", hint: reachHint(reason) });
  }
  const hint = "is this a taosAdapter (port 6041) of TDengine 3.1.2 or later?";
  return new ConnectionError(text, { outcome: "not-sent", hint });
}

function asBytes(data: unknown): Uint8Array {
  return data instanceof Uint8Array ? data : new Uint8Array(data as ArrayBuffer);
}

function closeReason(event: CloseEvent): string {
  // No close frame has come: the network failed, or the other side broke off. Deno says 0.
  if (event.code === 1006 || event.code === 0) {
    return `the connection was lost (code ${event.code})`;
  }
  const text = event.reason ? `: ${event.reason}` : "";
  return `the server closed the connection (code ${event.code}${text})`;
}

/** What runtimes add: `ws` and Bun break off by `terminate`, sockets of `fetch` begin by `accept`. */
type ExtendedSocket = WebSocket & { terminate?(): void; accept?(): void };

function closeSocket(socket: WebSocket, waitMs = closeWaitMs): Promise<void> {
  if (socket.readyState === 3) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      // `ws` would wait for the server's answer for half a minute, and keep the process alive that long.
      (socket as ExtendedSocket).terminate?.();
      resolve();
    }, waitMs);
    socket.addEventListener("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1000);
  });
}

/** The constructor's own complaint about a URL is kept back, because it quotes the URL with the token in it. */
function construct(
  factory: SocketFactory,
  request: SocketRequest,
  signal: AbortSignal,
): WebSocket | Promise<WebSocket> {
  try {
    return factory(request.url, request.compression, signal);
  } catch (error) {
    const { name } = error as Error;
    throw new ConnectionError(
      `${request.safeUrl}: the WebSocket constructor refused the address (${name})`,
      {
        outcome: "not-sent",
      },
    );
  }
}

/** Hands on what a socket receives; the promise of its opening. */
function listen(
  socket: ExtendedSocket,
  request: SocketRequest,
  listener: SocketListener,
): Promise<void> {
  // `ws` would copy each message into an ArrayBuffer of its own; its node buffers are views.
  socket.binaryType =
    (request.WebSocket === undefined && "terminate" in socket
      ? "nodebuffer"
      : "arraybuffer") as BinaryType;
  return new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", (event) => reject(handshakeError(event, request)));
    socket.addEventListener("close", (event) => {
      reject(new ConnectionError(`${request.safeUrl}: ${closeReason(event)}`));
      // workerd leaves the answer to a close frame to this side.
      if (socket.readyState === 2) socket.close();
      listener.onClose(closeReason(event));
    });
    socket.addEventListener("message", ({ data }: MessageEvent) => {
      if (typeof data === "string") listener.onText(data);
      else listener.onBinary(asBytes(data));
    });
    socket.accept?.();
    if (socket.readyState === 1) resolve();
  });
}

/**
 * Opens a socket.
 *
 * @throws {ConnectionError} when the handshake fails, with the URL free of secrets.
 * @throws {TimeoutError} when it takes longer than the limits say.
 */
export async function openSocket(
  request: SocketRequest,
  listener: SocketListener,
  limits: Pick<Limits, "signal" | "timeoutMs">,
): Promise<Socket> {
  const factory = await factoryFor(request);
  const opening: Limits<WebSocket> = {
    ...limits,
    what: `opening a WebSocket to ${request.safeUrl}`,
    outcome: "not-sent",
    onLate: (socket) => void closeSocket(socket),
  };
  let isClosed = false;
  const socket = await withDeadline(opening, async (signal) => {
    const made = construct(factory, request, signal);
    // A constructed socket is listened to at once: it may fail before the next turn.
    const socket = made instanceof Promise ? await handshake(made, request) : made;
    const abandon = () => void closeSocket(socket);
    signal.addEventListener("abort", abandon, { once: true });
    // workerd calls a socket open whose connection is lost.
    socket.addEventListener("close", () => void (isClosed = true));
    await listen(socket, request, listener).catch((error) => {
      abandon();
      throw error;
    });
    return socket;
  });
  return {
    compression: socket.extensions?.includes("permessage-deflate") ?? false,
    send: (data) => socket.send(data as Uint8Array<ArrayBuffer>),
    close: () => isClosed ? Promise.resolve() : closeSocket(socket, request.closeWaitMs),
  };
}

/** The socket of a promised handshake. */
function handshake(made: Promise<WebSocket>, request: SocketRequest): Promise<WebSocket> {
  return made.catch((error: object) => {
    throw handshakeError(error, request);
  });
}

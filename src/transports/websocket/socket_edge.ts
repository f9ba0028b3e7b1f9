/**
 * Opens WebSockets in edge workers.
 *
 * @module
 */
import type { SocketFactory } from "../../runtime.ts";

/**
 * workerd's own constructor always offers compression and does not tell why a handshake failed, so the upgrade goes by
 * `fetch` there. Only workerd has `WebSocketPair`; other edge runtimes have the web standard's constructor.
 */
export function edgeSocketFactory(): Promise<SocketFactory> {
  const factory: SocketFactory = "WebSocketPair" in globalThis
    ? upgradedSocket
    : (url) => new WebSocket(url);
  return Promise.resolve(factory);
}

async function upgradedSocket(
  url: string,
  compression: boolean,
  signal: AbortSignal,
): Promise<WebSocket> {
  const headers = {
    Upgrade: "websocket",
    ...(compression && { "Sec-WebSocket-Extensions": "permessage-deflate" }),
  };
  const response = await fetch(url.replace(/^ws/, "http"), { headers, signal });
  const { status, webSocket } = response as Response & { readonly webSocket: WebSocket | null };
  if (webSocket === null) throw new Error(`the handshake failed with HTTP status code: ${status}`);
  // The socket itself does not know what was negotiated.
  const extensions = response.headers.get("Sec-WebSocket-Extensions") ?? "";
  return Object.defineProperty(webSocket, "extensions", { value: extensions });
}

/**
 * Loaded before documentation examples: those connect to port 6041, where the server under test need not be.
 *
 * @module
 */
const testUrl = new URL(Deno.env.get("TDENGINE_TEST_URL"));
const PlainWebSocket = globalThis.WebSocket;
const plainFetch = globalThis.fetch;

function moved(address) {
  const url = new URL(address);
  if (url.hostname === "localhost" && url.port === "6041") url.host = testUrl.host;
  return url;
}

globalThis.WebSocket = class WebSocket extends PlainWebSocket {
  constructor(url, protocols) {
    super(moved(url), protocols);
  }
};
globalThis.fetch = (input, init) =>
  plainFetch(input instanceof Request ? new Request(moved(input.url), input) : moved(input), init);

/**
 * Probes of the runtime: the only file that looks at globals which not every runtime has.
 *
 * @module
 */

/** Options of a WebSocket constructor beyond the web standard's, as `ws` and Bun take them. */
export interface SocketOptions {
  /** Whether to offer permessage-deflate. */
  perMessageDeflate: boolean;
}

/**
 * Opens a WebSocket; how depends on the runtime. A promised socket has done its handshake, which `signal` aborts, and
 * delivers nothing before its `accept()` is called.
 */
export type SocketFactory = (
  url: string,
  compression: boolean,
  signal: AbortSignal,
) => WebSocket | Promise<WebSocket>;

type ExtendedConstructor = new (
  url: string,
  protocols: string[] | SocketOptions,
  options?: SocketOptions & { maxPayload: number; skipUTF8Validation: boolean },
) => WebSocket;

interface RuntimeGlobals {
  Bun?: object;
  Deno?: object;
  process?: { versions?: { node?: string } };
  WebSocket?: typeof WebSocket;
}

const globals = globalThis as RuntimeGlobals;

function isNode(): boolean {
  return (
    globals.Bun === undefined && globals.Deno === undefined &&
    typeof globals.process?.versions?.node === "string"
  );
}

async function nodeSocketFactory(): Promise<SocketFactory> {
  // A computed specifier keeps bundlers for browsers from following it.
  const specifier = ["w", "s"].join("");
  const { WebSocket: Constructor } = await import(specifier) as { WebSocket: ExtendedConstructor };
  return (url, perMessageDeflate) => {
    // Result blocks have no upper bound on the wire, and JSON text is validated by its parser.
    const options = { perMessageDeflate, maxPayload: 0, skipUTF8Validation: true };
    return new Constructor(url, [], options);
  };
}

/**
 * How this runtime opens WebSockets: `ws` in Node, whose own WebSocket (22 and later) always compresses; Bun's with
 * its option; the web standard's elsewhere, where the runtime decides about compression.
 *
 * @returns The factory; undefined where there is no WebSocket.
 */
export async function socketFactory(): Promise<SocketFactory | undefined> {
  if (isNode()) return await nodeSocketFactory();
  const Constructor = globals.WebSocket;
  if (Constructor === undefined) return undefined;
  if (globals.Bun === undefined) return (url) => new Constructor(url);
  return (url, perMessageDeflate) =>
    new (Constructor as unknown as ExtendedConstructor)(url, { perMessageDeflate });
}

/** The runtime whose FFI there is; undefined where there is none. */
export function ffiRuntime(): "deno" | "bun" | undefined {
  if (globals.Bun !== undefined) return "bun";
  return globals.Deno === undefined ? undefined : "deno";
}

/**
 * A `fetch` that answers from a list instead of a server.
 *
 * @module
 */
import { connect, type Connection, type ConnectOptions } from "../../mod.ts";

/** One request as the fake has seen it. */
export interface SeenRequest {
  url: URL;
  headers: Headers;
  body: string;
  signal: AbortSignal;
}

/** An answer to make. */
export interface FakeAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Bytes of each piece of the body. Default: all at once. */
  pieceBytes?: number;
  /** How the body ends: as it should, with an error, or never. */
  end?: "close" | "error" | "never";
  /** Called when a piece is pulled. */
  onPull?(index: number): void;
  /** Called when the reader gives the body up. */
  onCancel?(): void;
}

const utf8 = new TextEncoder();

function stream(
  { body = "", pieceBytes, end = "close", onPull, onCancel }: FakeAnswer,
  signal: AbortSignal,
) {
  const bytes = typeof body === "string" ? utf8.encode(body) : body;
  const size = pieceBytes ?? Math.max(1, bytes.length);
  let at = 0;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
    pull(controller) {
      if (at < bytes.length) {
        onPull?.(at / size);
        controller.enqueue(bytes.slice(at, at + size));
        at += size;
      } else if (end === "close") controller.close();
      else if (end === "error") controller.error(new TypeError("terminated"));
      else return new Promise<void>(() => {});
    },
    cancel: () => onCancel?.(),
  }, { highWaterMark: 0 });
}

/** Makes the answer to a request; undefined for one that the fake should answer as any server would. */
export type Answerer = (
  sql: string,
  request: SeenRequest,
) => FakeAnswer | Error | undefined | Promise<FakeAnswer | Error | undefined>;

/** What any server answers to what every connection asks. */
export function usualAnswer(sql: string): FakeAnswer | undefined {
  if (sql === "select server_version()") return rows([["v", "VARCHAR", 9]], '["3.3.7.5"]', 1);
  if (sql.startsWith("use ")) return affected(0);
  if (sql.includes("ins_databases")) return rows([["precision", "VARCHAR", 2]], '["us"]', 1);
  return undefined;
}

/** The answer with rows, which are given as JSON text. */
export function rows(meta: unknown[][], data: string, count: number): FakeAnswer {
  return {
    body: `{"code":0,"column_meta":${
      JSON.stringify(meta)
    },"data":[${data}],"rows":${count},"timing":42}`,
  };
}

/** The answer to an update. */
export function affected(count: number): FakeAnswer {
  return rows([["affected_rows", "INT", 4]], `[${count}]`, 1);
}

/** The answer of an error. */
export function failed(code: number, desc: string): FakeAnswer {
  return { body: JSON.stringify({ code, desc, timing: 5 }) };
}

/** A `fetch`, and what it was asked. */
export interface FakeFetch {
  fetch: typeof fetch;
  seen: SeenRequest[];
}

/** Makes a `fetch`. */
export function fakeFetch(answer: Answerer): FakeFetch {
  const seen: SeenRequest[] = [];
  const fake = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const { signal, body } = init as { signal: AbortSignal; body: string };
    const request = {
      url: new URL(String(input)),
      headers: new Headers(init.headers),
      body,
      signal,
    };
    seen.push(request);
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    const made = await Promise.race([answer(body, request), aborted]) ?? usualAnswer(body) ??
      affected(0);
    if (made instanceof Error) throw made;
    const { status = 200, headers = {} } = made;
    return new Response(status === 204 ? null : stream(made, signal), { status, headers });
  };
  return { fetch: fake as typeof fetch, seen };
}

/** Connects to a fake. */
export async function open(
  answer: Answerer,
  options: ConnectOptions = {},
  url = "http://host:6041",
): Promise<{ connection: Connection; seen: SeenRequest[] }> {
  const { fetch, seen } = fakeFetch(answer);
  return { connection: await connect(url, { fetch, ...options }), seen };
}

/**
 * Faults on demand, for tests of clients: lost replies, closed sockets, delays, damaged frames, errors.
 *
 * @module
 */

/** A request about to be carried out. */
export interface FaultInfo {
  /** Action as in the protocol, such as `binary_query` or `fetch_raw_block`; `rest/sql` for an HTTP query. */
  action: string;
  /** Request id; 0 when the request has none. */
  reqId: bigint;
  /** How many requests of this action this connection has sent, this one included; over HTTP, of all clients. */
  count: number;
  /** Number of the connection, from 1; 0 over HTTP. */
  connection: number;
  /** Its SQL; null when the request has none. */
  sql: string | null;
  /** How many requests with SQL the server has received, this one included; 0 when this one has none. */
  statement: number;
}

/** A request with SQL, as {@link Faults.onMessage} and `onStatement` of `createServer()` are told of it. */
export interface ReceivedStatement {
  /** Action that brought it: `query`, `binary_query`, `prepare`, `stmt2_prepare`, `validate_sql` or `rest/sql`. */
  action: string;
  /** Its SQL. */
  sql: string;
  /** Request id; 0 when the request has none. */
  reqId: bigint;
  /** Number of the connection, from 1; 0 over HTTP. */
  connection: number;
}

/**
 * What happens to a request.
 *
 * - `"pass"`, or nothing: it is answered as always.
 * - `"drop"`: it is carried out, its reply is lost.
 * - `"close"`: it is carried out, then the connection is cut instead of a reply.
 * - `delayMs`: its reply comes that much later, in milliseconds.
 * - `truncateBytes`: its reply loses that many bytes at its end. Over HTTP the connection is cut behind the rest.
 * - `closeAfterBytes`: that many bytes of its reply are sent, then the connection is cut, in the middle of a frame.
 * - `rewrite`: its reply is replaced by what the function makes of it.
 * - `code`, `message`: it is not carried out and answers this error.
 *
 * @example
 * ```ts
 * import type { Fault } from "tdwire/devserver";
 *
 * const faults: Fault[] = [
 *   "drop",
 *   { delayMs: 200 },
 *   { truncateBytes: 7 },
 *   { closeAfterBytes: 100 },
 *   { code: 0x0125, message: "Need retry" },
 * ];
 * console.log(faults.length);
 * ```
 */
export type Fault =
  | void
  | "pass"
  | "drop"
  | "close"
  | { delayMs: number }
  | { truncateBytes: number }
  | { closeAfterBytes: number }
  | { rewrite(reply: string | Uint8Array): string | Uint8Array }
  | { code: number; message: string };

/**
 * Hooks into a running server.
 *
 * @example The third statement fails, every second fetch is lost
 * ```ts
 * import { createServer } from "tdwire/devserver";
 *
 * await using server = await createServer({
 *   port: 0,
 *   faults: {
 *     onMessage({ action, count, statement }) {
 *       if (statement === 3) return { code: 0x0125, message: "Need retry" };
 *       if (action === "fetch_raw_block" && count % 2 === 0) return "drop";
 *     },
 *   },
 * });
 * console.log(server.url);
 * ```
 */
export interface Faults {
  /** Called for every request; its result decides what happens to it. */
  onMessage?(info: FaultInfo): Fault | Promise<Fault>;
  /** Called for every WebSocket handshake; an HTTP status other than 0 refuses it. */
  onConnect?(info: { path: string; connection: number }): number | Promise<number>;
}

/** What remains to be done with a reply after its fault. */
export type FaultedReply = { reply: string | Uint8Array; cutAt?: number } | "drop" | "close";

/** Counts the statements of all connections of a server and tells of each. */
export class StatementCounter {
  readonly #onStatement: ((statement: ReceivedStatement) => void) | undefined;
  #count = 0;

  constructor(onStatement: ((statement: ReceivedStatement) => void) | undefined) {
    this.#onStatement = onStatement;
  }

  /** Tells of a statement and returns its number, from 1. */
  receive(statement: ReceivedStatement): number {
    this.#onStatement?.(statement);
    return ++this.#count;
  }
}

/** Counts one connection's requests by action and asks the hooks about them. */
export class FaultGate {
  private readonly faults: Faults | undefined;
  private readonly connection: number;
  private readonly statements: StatementCounter | undefined;
  private readonly counts = new Map<string, number>();

  constructor(faults: Faults | undefined, connection: number, statements?: StatementCounter) {
    this.faults = faults;
    this.connection = connection;
    this.statements = statements;
  }

  /** Asks what happens to a request; a hook that throws makes it fail. */
  async ask(action: string, reqId: bigint, sql: string | null = null): Promise<Fault> {
    const { connection, faults } = this;
    try {
      const statement = sql === null
        ? 0
        : this.statements?.receive({ action, sql, reqId, connection }) ?? 0;
      if (faults?.onMessage === undefined) return "pass";
      const count = (this.counts.get(action) ?? 0) + 1;
      this.counts.set(action, count);
      return await faults.onMessage({ action, reqId, count, connection, sql, statement });
    } catch (error) {
      return {
        code: 0xffff,
        message: `hook failed: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }
}

/** The error a fault answers instead of carrying out the request, or null. */
export function faultError(fault: Fault): { code: number; message: string } | null {
  return typeof fault === "object" && "code" in fault ? fault : null;
}

/** Applies a fault to a reply. */
export async function applyFault(fault: Fault, reply: string | Uint8Array): Promise<FaultedReply> {
  if (fault === "drop" || fault === "close") return fault;
  if (typeof fault !== "object") return { reply };
  if ("delayMs" in fault) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if ("truncateBytes" in fault) {
    return { reply: reply.slice(0, Math.max(0, reply.length - fault.truncateBytes)) };
  }
  if ("closeAfterBytes" in fault) {
    return { reply, cutAt: fault.closeAfterBytes };
  }
  if ("rewrite" in fault) return { reply: fault.rewrite(reply) };
  return { reply };
}

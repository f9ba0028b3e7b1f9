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
}

/**
 * What happens to a request.
 *
 * - `"pass"`, or nothing: it is answered as always.
 * - `"drop"`: it is carried out, its reply is lost.
 * - `"close"`: it is carried out, then the connection is cut instead of a reply.
 * - `delayMs`: its reply comes that much later, in milliseconds.
 * - `truncateBytes`: its reply loses that many bytes at its end.
 * - `rewrite`: its reply is replaced by what the function makes of it.
 * - `code`, `message`: it is not carried out and answers this error.
 */
export type Fault =
  | void
  | "pass"
  | "drop"
  | "close"
  | { delayMs: number }
  | { truncateBytes: number }
  | { rewrite(reply: string | Uint8Array): string | Uint8Array }
  | { code: number; message: string };

/** Hooks into a running server. */
export interface Faults {
  /** Called for every request; its result decides what happens to it. */
  onMessage?(info: FaultInfo): Fault | Promise<Fault>;
  /** Called for every WebSocket handshake; an HTTP status other than 0 refuses it. */
  onConnect?(info: { path: string; connection: number }): number | Promise<number>;
}

/** What remains to be done with a reply after its fault. */
export type FaultedReply = { reply: string | Uint8Array } | "drop" | "close";

/** Counts requests by action and asks the hooks about them. */
export class FaultGate {
  private readonly faults: Faults | undefined;
  private readonly connection: number;
  private readonly counts = new Map<string, number>();

  constructor(faults: Faults | undefined, connection: number) {
    this.faults = faults;
    this.connection = connection;
  }

  /** Asks what happens to a request; a hook that throws makes it fail. */
  async ask(action: string, reqId: bigint): Promise<Fault> {
    if (this.faults?.onMessage === undefined) return "pass";
    const count = (this.counts.get(action) ?? 0) + 1;
    this.counts.set(action, count);
    try {
      return await this.faults.onMessage({ action, reqId, count, connection: this.connection });
    } catch (error) {
      return {
        code: 0xffff,
        message: `onMessage: ${error instanceof Error ? error.message : String(error)}`,
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
  if ("rewrite" in fault) return { reply: fault.rewrite(reply) };
  return { reply };
}

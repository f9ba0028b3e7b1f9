/**
 * What a native case is: a behaviour of the native transport when libtaos fails, is slow, or must have been given
 * everything back. It needs the switches and counters of the stand-in, so it runs where there is FFI, and on that only.
 *
 * @module
 */
import type { Connection, subscribe } from "../../mod.ts";

/** The stand-in's switches and counters (standin.h). */
export interface StandIn {
  /** Objects that are alive, of a kind or of all. */
  live(kind?: string): number;
  /** Makes the call of a function that is the nth from now fail. */
  fail(functionName: string, nth: number, code: number): void;
  /** Makes every call of a function take longer. */
  delay(functionName: string, milliseconds: number): void;
  /** How often a function was called. */
  calls(functionName: string): number;
  /** The last bind, as the stand-in read it out of the structures it was given (protocol.md §4.1). */
  lastBind(): Uint8Array;
}

/** What a case gets from the runner. */
export interface NativeTools {
  /** URL that leads to the server under test through the stand-in. */
  readonly url: string;
  readonly standIn: StandIn;
  /** Name of a database that only this case uses; made before it, dropped behind it. */
  readonly database: string;
  /** A connection to that database over WebSocket, closed behind the case. */
  readonly admin: Connection;
  /** The client's `subscribe`. */
  readonly subscribe: typeof subscribe;
}

/** One behaviour. */
export interface NativeCase {
  /** A sentence that begins with the symbol. */
  readonly name: string;
  /** Checks the behaviour; rejects when it is not there. */
  run(tools: NativeTools): Promise<void>;
}

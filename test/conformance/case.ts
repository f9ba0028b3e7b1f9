/**
 * What a conformance case is: a behaviour of the client against a server, written once and run on every runtime.
 *
 * @module
 */
import type { rejects, throws } from "node:assert/strict";
import type { connect, Connection, ConnectOptions, ValueOptions } from "../../mod.ts";

/** What a case gets from the runner; nothing in it depends on the runtime. */
export interface CaseTools {
  /** URL of the server under test. */
  readonly url: string;
  /** The client's `connect`. */
  readonly connect: typeof connect;
  /** Name of a database that only this case uses; made anew before the case, dropped behind it. */
  readonly database: string;
  /** Connects to the case's own database; options as for `connect`. */
  open<const V extends ValueOptions = Record<never, never>>(
    options?: ConnectOptions<V>,
  ): Promise<Connection<V>>;
  /** A connection to the same database over a transport that can write everything, closed behind the case. */
  fixtures(): Promise<Connection>;
  /** Checks that two values are the same; this and the rest is `node:assert/strict`. */
  readonly equal: (actual: unknown, expected: unknown, message?: string) => void;
  /** Compares deeply and strictly. */
  readonly deepEqual: (actual: unknown, expected: unknown, message?: string) => void;
  /** Checks that a value is truthy. */
  readonly ok: (value: unknown, message?: string) => void;
  /** Checks that a promise rejects. */
  readonly rejects: typeof rejects;
  /** Checks that a function throws. */
  readonly throws: typeof throws;
}

/** What a case needs beyond queries; `results` are results that stay open on the server until they are read, `hosts` several of them in a URL. A transport or server without it leaves the case out on every runtime alike. */
export type Need = "statements" | "schemaless" | "consumers" | "results" | "hosts";

/** One behaviour. */
export interface Case {
  /** A sentence that begins with the symbol: `query() keeps a BIGINT beyond 2^53 exact`. */
  readonly name: string;
  /** What it needs beyond queries. */
  readonly needs?: readonly Need[];
  /** Options of its database, such as `precision 'us'`. */
  readonly databaseOptions?: string;
  /** Checks the behaviour; rejects when it is not there. */
  run(tools: CaseTools): Promise<void>;
}

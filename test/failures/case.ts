/**
 * What a failure case is: a behaviour of the client when server or network misbehave, run on every runtime.
 *
 * @module
 */
import type { rejects } from "node:assert/strict";
import type { connect } from "../../mod.ts";
import type { FakeOptions, FakeServer } from "./fake_server.ts";

/** Where the cases run. */
export type Runtime = "node" | "deno" | "bun" | "workerd" | "chromium";

/** What a case gets from the runner. */
export interface FailureTools {
  readonly runtime: Runtime;
  /** The client's `connect`. */
  readonly connect: typeof connect;
  /** Starts a scripted server, which the runner closes. */
  serve(options?: FakeOptions): Promise<FakeServer>;
  /** Checks that two values are the same; this and the rest is `node:assert/strict`. */
  readonly equal: (actual: unknown, expected: unknown, message?: string) => void;
  /** Compares deeply and strictly. */
  readonly deepEqual: (actual: unknown, expected: unknown, message?: string) => void;
  /** Checks that a value is truthy. */
  readonly ok: (value: unknown, message?: string) => void;
  /** Checks that a promise rejects. */
  readonly rejects: typeof rejects;
}

/** One behaviour. */
export interface FailureCase {
  /** A sentence that begins with the symbol. */
  readonly name: string;
  /** How long it may take, in milliseconds. Default: the runner's limit. */
  readonly timeoutMs?: number;
  /** Runtimes that cannot run it, and why. */
  readonly except?: Readonly<Partial<Record<Runtime, string>>>;
  /** Checks the behaviour; rejects when it is not there. */
  run(tools: FailureTools): Promise<void>;
}

/** The rejection of a promise that must reject. */
export async function failureOf(
  promise: PromiseLike<unknown>,
): Promise<Error & Record<string, unknown>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error(`did not reject, but gave ${String(value)}`);
}

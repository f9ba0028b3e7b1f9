/**
 * Arguments of a request and the shape of the tables of actions.
 *
 * @module
 */

import type { Envelope, Json, JsonObject } from "./replies.ts";
import type { ClientSession } from "./session.ts";

/** An argument of the wrong JSON type. */
export class ArgumentError extends Error {
  override name = "ArgumentError";
}

/** Arguments of a request; a missing or null one has the zero value of its type. */
export class Args {
  private readonly object: JsonObject;

  /** @throws {ArgumentError} when `args` is not an object. */
  constructor(args: Json | undefined) {
    if (!isObject(args)) throw new ArgumentError("args is not an object");
    this.object = args;
  }

  /** The value as it came; null when missing. */
  raw(key: string): Json {
    return this.object[key] ?? null;
  }

  /** A string. */
  text(key: string): string {
    const value = this.raw(key) ?? "";
    if (typeof value !== "string") throw new ArgumentError(key);
    return value;
  }

  /** An unsigned 64-bit integer. */
  id(key: string): bigint {
    const value = this.raw(key) ?? 0;
    if (typeof value !== "bigint" && !Number.isInteger(value)) throw new ArgumentError(key);
    const id = BigInt(value as number | bigint);
    if (id < 0n || id > 0xffff_ffff_ffff_ffffn) throw new ArgumentError(key);
    return id;
  }

  /** A signed integer. */
  integer(key: string): number {
    const value = this.raw(key) ?? 0;
    if (!Number.isSafeInteger(value)) throw new ArgumentError(key);
    return value as number;
  }

  /** A boolean. */
  flag(key: string): boolean {
    const value = this.raw(key) ?? false;
    if (typeof value !== "boolean") throw new ArgumentError(key);
    return value;
  }

  /** An array. */
  list(key: string): Json[] {
    const value = this.raw(key) ?? [];
    if (!Array.isArray(value)) throw new ArgumentError(key);
    return value;
  }
}

/** True for a JSON object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The request id in `args`, or 0 when it is missing or malformed. */
export function bestEffortReqId(args: Json | undefined): bigint {
  try {
    return new Args(args).id("req_id");
  } catch {
    return 0n;
  }
}

/** Fields of a successful reply, a binary frame, or null for no reply. */
export type Outcome = JsonObject | Uint8Array | null;

/** An action requested by a text message. */
export interface TextAction {
  /** How "unmarshal … request error" calls it. */
  label: string;
  /** True when error replies carry `stmt_id`. */
  isStatement?: boolean;
  run(session: ClientSession, args: Args, envelope: Envelope): Promise<Outcome>;
}

/** Actions by name. */
export type TextActions = Readonly<Record<string, TextAction>>;

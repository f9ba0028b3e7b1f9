/**
 * How cells look in rows: the modes of {@linkcode ValueOptions}, their defaults, and the types that follow from them.
 *
 * @module
 */
import { InterfaceError } from "./errors.ts";
import type { InstantLike, ValueOptions } from "./types.ts";

/** Value options with every mode chosen. */
export type ResolvedValueOptions = Readonly<Required<ValueOptions>>;

type Allowed = { readonly [K in keyof ValueOptions]-?: readonly Required<ValueOptions>[K][] };

/** The modes there are; the first is the default. */
const modes: Allowed = {
  bigint: ["bigint", "number", "string"],
  timestamp: ["auto", "date", "bigint", "string", "temporal"],
  json: ["parse", "text"],
  binary: ["bytes", "hex"],
  decimal: ["string", "number"],
  text: ["replace", "strict", "bytes"],
};

/** The value options of a connection that was given none. */
export const defaultValueOptions: ResolvedValueOptions = Object.freeze({
  bigint: "bigint",
  timestamp: "auto",
  json: "parse",
  binary: "bytes",
  decimal: "string",
  text: "replace",
});

/** Value options under which every cell keeps all that is in it, for writing it elsewhere. */
export const exactValueOptions: ResolvedValueOptions = Object.freeze({
  bigint: "bigint",
  timestamp: "bigint",
  json: "text",
  binary: "bytes",
  decimal: "string",
  text: "bytes",
});

/**
 * Checks value options and fills in what they leave out.
 *
 * @param options The options; one that is undefined counts as left out.
 * @param base What stands for the options left out. Default: the documented defaults.
 * @returns All modes.
 * @throws {InterfaceError} Naming an unknown option, or an option with an unknown mode and the modes there are.
 */
export function resolveValueOptions(
  options?: ValueOptions,
  base: ResolvedValueOptions = defaultValueOptions,
): ResolvedValueOptions {
  if (options === undefined || options === base) return base;
  if (typeof options !== "object" || options === null) {
    throw new InterfaceError("value options must be an object");
  }
  const chosen: Record<string, string> = { ...base };
  for (const [name, mode] of Object.entries(options)) {
    const known = Object.hasOwn(modes, name) ? modes[name as keyof ValueOptions] : undefined;
    if (known === undefined) {
      throw new InterfaceError(
        `there is no value option ${JSON.stringify(name)}: there are ${
          Object.keys(modes).join(", ")
        }`,
      );
    }
    if (mode === undefined) continue;
    if (!(known as readonly unknown[]).includes(mode)) throw unknownMode(name, known);
    chosen[name] = mode;
  }
  return chosen as unknown as ResolvedValueOptions;
}

function unknownMode(name: string, known: readonly string[]): InterfaceError {
  const list = known.map((mode) => JSON.stringify(mode)).join(", ");
  return new InterfaceError(`value option ${name} must be one of ${list}`);
}

/** A parsed JSON value. Objects and arrays are frozen: equal cells of a column share one value. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What a cell is, by value option and mode; `default` is what an option left out stands for. */
export interface CellTypes {
  /** BIGINT and BIGINT UNSIGNED. */
  bigint: { bigint: bigint; number: number; string: string; default: bigint };
  /** TIMESTAMP. */
  timestamp: {
    auto: Date | bigint;
    date: Date;
    bigint: bigint;
    string: string;
    temporal: InstantLike;
    default: Date | bigint;
  };
  /** JSON. */
  json: { parse: JsonValue; text: string; default: JsonValue };
  /** VARBINARY, GEOMETRY and BLOB. */
  binary: { bytes: Uint8Array; hex: string; default: Uint8Array };
  /** DECIMAL. */
  decimal: { string: string; number: number; default: string };
  /** VARCHAR and JSON that is not UTF-8. */
  text: { strict: string; replace: string; bytes: string | Uint8Array; default: string };
}

/**
 * The types that a cell can have under the value options `V`.
 *
 * @example
 * ```ts
 * import type { Cell } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const cell: Cell<{ json: "text"; timestamp: "string"; binary: "hex"; bigint: "number" }> = 1;
 * // No bigint, Date, Uint8Array or object is among the types.
 * const plain: null | boolean | number | string = cell;
 * equal(plain, 1);
 * ```
 */
export type Cell<V = ValueOptions> =
  | null
  | boolean
  | number
  | string
  | {
    [K in keyof CellTypes]: CellTypes[K][
      & keyof CellTypes[K]
      & (K extends keyof V ? undefined extends V[K] ? Exclude<V[K], undefined> | "default" : V[K]
        : "default")
    ];
  }[keyof CellTypes];

/**
 * A row as an object: column names to cells, under the value options `V`.
 *
 * @example
 * ```ts
 * import type { Row } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const row: Row = { ts: new Date(0), current: 10.5 };
 * equal(row["current"], 10.5);
 * ```
 */
export type Row<V = ValueOptions> = Record<string, Cell<V>>;

/** The value options `V` of a connection, with those of one query over them. */
export type ChosenOptions<V, Own> = {
  [K in keyof V | keyof Own]: K extends keyof Own
    ? undefined extends Own[K] ? Exclude<Own[K], undefined> | (K extends keyof V ? V[K] : undefined)
    : Own[K]
    : K extends keyof V ? V[K]
    : never;
};

/**
 * SQL from template literals: values become placeholders, names are quoted, fragments nest.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import type { SqlValue } from "./param.ts";

/** A quoted name, made by {@linkcode id}. */
export class Identifier {
  /** The name as it stands in SQL, with its back-quotes. */
  readonly text: string;
  /** Use {@linkcode id} instead. */
  constructor(text: string) {
    this.text = text;
  }
}

/** A piece of SQL with its values, made by {@linkcode fragment} or {@linkcode list}. */
export class Fragment {
  /** SQL with a `?` for each value. */
  readonly text: string;
  /** The values, in the order of their `?`. */
  readonly params: readonly SqlValue[];
  /** Use {@linkcode fragment} or {@linkcode list} instead. */
  constructor(text: string, params: readonly SqlValue[]) {
    this.text = text;
    this.params = params;
  }
}

/** What may stand in a template. */
export type TemplateValue = SqlValue | Identifier | Fragment;

function quote(name: string): string {
  if (typeof name !== "string" || name === "") throw new InterfaceError("a name in SQL is empty");
  // TDengine has no escape for a back-quote inside back-quotes.
  if (/[`\0]/.test(name)) throw new InterfaceError("a name in SQL holds a back-quote or NUL");
  return `\`${name}\``;
}

/**
 * Quotes a name for SQL. Its case and all its characters are kept; a dot in it is part of the name.
 *
 * @param path Name, or database and name.
 * @returns The quoted name, for templates and for `insert`.
 * @throws {InterfaceError} when a name is empty or holds a back-quote, which TDengine cannot quote.
 * @example
 * ```ts
 * import { id } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(id("power", "meter 1").text, "`power`.`meter 1`");
 * ```
 */
export function id(...path: string[]): Identifier {
  if (path.length === 0) throw new InterfaceError("id() needs a name");
  return new Identifier(path.map(quote).join("."));
}

/**
 * A piece of SQL to be put into another.
 *
 * @param strings The template's texts.
 * @param values Values, names and fragments in it.
 * @returns The fragment.
 * @throws {InterfaceError} when it is called like a function, with a text.
 * @example
 * ```ts
 * import { fragment, id } from "@tdwire/client";
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * const hot = fragment`${id("temperature")} > ${30}`;
 * equal(hot.text, "`temperature` > ?");
 * deepEqual(hot.params, [30]);
 * ```
 */
export function fragment(strings: TemplateStringsArray, ...values: TemplateValue[]): Fragment {
  if (!Array.isArray(strings)) {
    throw new InterfaceError("this is a tag for templates, sql`…`: text goes to query()");
  }
  let text = strings[0] ?? "";
  const params: SqlValue[] = [];
  values.forEach((value, i) => {
    if (value instanceof Identifier) text += value.text;
    else if (value instanceof Fragment) {
      text += value.text;
      params.push(...value.params);
    } else {
      text += "?";
      params.push(value);
    }
    text += strings[i + 1] ?? "";
  });
  return new Fragment(text, params);
}

/**
 * Values separated by commas, for `in (…)`.
 *
 * @param values At least one value.
 * @returns The fragment `?, ?, …`.
 * @throws {InterfaceError} when there is no value: SQL has no empty list.
 * @example
 * ```ts
 * import { list } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(list([1, 2, 3]).text, "?, ?, ?");
 * ```
 */
export function list(values: readonly SqlValue[]): Fragment {
  if (values.length === 0) throw new InterfaceError("list() needs a value: SQL has no empty list");
  return new Fragment(values.map(() => "?").join(", "), values);
}

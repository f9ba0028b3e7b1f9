/**
 * What stands behind a command: options and arguments.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../internal/nearest.ts";

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Options by name, as `util.parseArgs` takes them. */
export type OptionSet = NonNullable<ParseArgsConfig["options"]>;

/** The values of options by name, and the arguments that are no options. */
export type Arguments<Options extends OptionSet> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>;

/**
 * Reads options and arguments.
 *
 * @param args What follows the command.
 * @param options The options there are.
 * @returns The values by name, where an option that was not given is missing, and the arguments in `positionals`.
 * @throws {UsageError} for an unknown option, with the nearest name there is, for a missing or needless value, and for
 * an option of one value that is given twice.
 */
export function readArguments<const Options extends OptionSet>(
  args: readonly string[],
  options: Options,
): Arguments<Options> {
  const config = { args: [...args], options, allowPositionals: true } as const;
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  requireKnown(tokens, options);
  requireOnce(tokens, options);
  try {
    return parseArgs({ ...config, strict: true }) as Arguments<Options>;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Checks the number of arguments that are no options.
 *
 * @param positionals What was given.
 * @param names How messages call them; a name in brackets, such as `[file]`, may be left out.
 * @returns The arguments as given.
 * @throws {UsageError} when one is missing, there are more, or one is a URL, which may hold a password.
 */
export function requirePositionals(
  positionals: readonly string[],
  ...names: string[]
): readonly string[] {
  positionals.forEach(refuseUrl);
  const missing = names.slice(positionals.length).find((name) => !name.startsWith("["));
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const extra = positionals[names.length];
  if (extra === undefined) return positionals;
  const what = names.length === 0
    ? "no argument is expected"
    : "text with spaces must stand in quotes";
  const quoted = extra.includes("://") ? "" : ` ${JSON.stringify(extra)}`;
  throw new UsageError(`unexpected argument${quoted}: ${what}`);
}

/**
 * Refuses a URL that stands where none belongs. It may hold a password, and is not quoted.
 *
 * @throws {UsageError} when the text is one.
 */
export function refuseUrl(text: string): void {
  if (/^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw new UsageError("a URL stands behind --url");
}

/**
 * Checks an option that has a fixed set of values.
 *
 * @param name Name of the option.
 * @param value What was given.
 * @param known The values there are.
 * @throws {UsageError} with the values there are, and the nearest of them.
 */
export function requireChoice<Choice extends string>(
  name: string,
  value: string,
  known: readonly Choice[],
): Choice {
  if ((known as readonly string[]).includes(value)) return value as Choice;
  throw new UsageError(
    `--${name} must be one of ${known.join(", ")}${suggestion(nearest(value, known))}`,
  );
}

/**
 * Reads a whole number from `min` on.
 *
 * @throws {UsageError} when it is none.
 */
export function readCount(name: string, text: string, min: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= min) return count;
  throw new UsageError(`--${name} must be a whole number from ${min}`);
}

/**
 * Reads a port number.
 *
 * @throws {UsageError} when it is not one.
 */
export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new UsageError("--port must be a whole number to 65535");
  }
  return port;
}

/** The end of a message that names what was probably meant. */
export function suggestion(meant: string | undefined): string {
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

function requireKnown(
  tokens: readonly { kind: string; name?: string; rawName?: string }[],
  options: OptionSet,
): void {
  const known = Object.keys(options);
  const shorts = Object.values(options).flatMap(({ short }) => short ?? []);
  const stranger = tokens.find(({ kind, name = "" }) =>
    kind === "option" && !known.includes(name) && !shorts.includes(name)
  );
  if (stranger === undefined) return;
  const meant = nearest(stranger.name ?? "", known);
  const hint = suggestion(meant === undefined ? undefined : `--${meant}`);
  throw new UsageError(`unknown option ${stranger.rawName}${hint}`);
}

function requireOnce(
  tokens: readonly { kind: string; name?: string }[],
  options: OptionSet,
): void {
  const names = tokens.flatMap(({ kind, name }) => kind === "option" && name ? [name] : []);
  const twice = names.find((name, i) => names.indexOf(name) !== i && !options[name]?.multiple);
  if (twice !== undefined) throw new UsageError(`--${twice} is given twice`);
}

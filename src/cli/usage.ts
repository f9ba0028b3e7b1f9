/**
 * Options of a command line.
 *
 * @module
 */

import { parseArgs } from "node:util";

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads `--name value` options.
 *
 * @param args What follows the command.
 * @param names Names of the options, all of which take a value.
 * @returns The values by name; an option that was not given is missing.
 * @throws {UsageError} for an unknown option or an argument.
 */
export function readOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): Partial<Record<Name, string>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
    return parseArgs({ args: [...args], options, strict: true }).values as Partial<
      Record<Name, string>
    >;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Reads a port number.
 *
 * @throws {UsageError} when it is not one.
 */
export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new UsageError(`"${text}" is not a port`);
  return port;
}

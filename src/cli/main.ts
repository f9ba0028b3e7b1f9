#!/usr/bin/env node
/**
 * The `tdwire` command.
 *
 * @module
 */

import { argv, exit, stderr, stdout } from "node:process";
import { COMMANDS } from "./commands.ts";
import { UsageError } from "./usage.ts";
import { readVersion } from "./version.ts";

function formatHelp(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `Usage: tdwire <command> [options]

Commands:
${lines.join("\n")}

Options:
  --help     Show this help, or with a command the help of that command
  --version  Show the version
`;
}

/** Runs the command line and returns its exit code. */
async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-v") {
    stdout.write(`${await readVersion()}\n`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    stdout.write(formatHelp());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((item) => item.name === name);
  if (command === undefined) throw new UsageError(`unknown command "${name}"`);
  if (rest.includes("--help") || rest.includes("-h")) {
    stdout.write(command.help);
    return 0;
  }
  return await command.run(rest);
}

try {
  exit(await run(argv.slice(2)));
} catch (error) {
  const isUsage = error instanceof UsageError;
  stderr.write(`tdwire: ${error instanceof Error ? error.message : String(error)}\n`);
  if (isUsage) stderr.write('Try "tdwire --help".\n');
  exit(isUsage ? 2 : 1);
}

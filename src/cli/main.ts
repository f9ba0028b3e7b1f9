#!/usr/bin/env node
/**
 * The `tdwire` command.
 *
 * @module
 */

import { argv, exit, stderr } from "node:process";
import { isTaosError } from "../../mod.ts";
import { nearest } from "../internal/nearest.ts";
import { type Command, COMMANDS } from "./commands.ts";
import { Interrupted } from "./interrupt.ts";
import { missingTableAdvice } from "./missing_table.ts";
import { ReaderGone, tell } from "./output.ts";
import { refuseUrl, suggestion, UsageError } from "./usage.ts";
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

Environment:
  TDENGINE_URL  Server of all commands that are given no --url,
                such as ws://root:taosdata@localhost:6041/power
  NO_COLOR      No colours on a terminal

Exit codes:
  0    Done
  1    It failed; the reason is on standard error
  2    The command line is wrong
  130  Interrupted by Ctrl-C

No server at hand? "tdwire dev" starts one.
`;
}

/** Runs the command line and returns its exit code. */
async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-v") {
    await tell(`${await readVersion()}\n`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    await tell(rest[0] === undefined ? formatHelp() : commandOf(rest[0]).help);
    return name === undefined ? 2 : 0;
  }
  const command = commandOf(name);
  if (rest.includes("--help") || rest.includes("-h")) {
    await tell(command.help);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return fail(error.message, `Try "tdwire ${name} --help".`, 2);
  }
}

function commandOf(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  refuseUrl(name);
  if (name.startsWith("-")) throw new UsageError(`the command stands before the option ${name}`);
  const meant = nearest(name, COMMANDS.map((command) => command.name));
  throw new UsageError(`unknown command "${name}"${suggestion(meant)}`);
}

/** Tells what is wrong, and what to do about it. */
function fail(message: string, advice: string | undefined, exitCode: number): number {
  stderr.write(`tdwire: ${message}\n`);
  if (advice !== undefined) stderr.write(`${advice}\n`);
  return exitCode;
}

/** The exit code of what ended a command. */
function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof ReaderGone) return 0;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) return fail(message, 'Try "tdwire --help".', 2);
  if (!isTaosError(error)) return fail(message, undefined, 1);
  const isUnreachable = error.kind === "connection" || error.kind === "authentication";
  const advice = isUnreachable ? '"tdwire doctor" looks at the server step by step.' : undefined;
  const hint = error.hint ?? missingTableAdvice(error);
  return fail(message, hint === undefined ? advice : `hint: ${hint}`, 1);
}

exit(await run(argv.slice(2)).catch(exitCodeOf));

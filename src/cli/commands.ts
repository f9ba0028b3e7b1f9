/**
 * The commands of `tdwire`.
 *
 * @module
 */

import { DEV } from "./dev.ts";
import { DOCTOR } from "./doctor.ts";
import { QUERY } from "./query.ts";
import { TAIL } from "./tail.ts";
import { TYPES } from "./types.ts";
import { WRITE } from "./write.ts";

/** One command. */
export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** Text of `--help`. */
  help: string;
  /** Runs it with the arguments behind its name and returns the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [QUERY, WRITE, TAIL, TYPES, DOCTOR, DEV];

/**
 * `tdwire query`: runs SQL and writes results as a table, CSV, JSON lines or an Arrow file.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { stdin, stdout } from "node:process";
import { type Connection, initCodec, type Query, type SqlValue } from "../../mod.ts";
import type { Command } from "./commands.ts";
import { CONNECTION_HELP, connectionOptions, openConnection } from "./connection_options.ts";
import { formatOfFile } from "./formats/file_format.ts";
import { listenForInterruption } from "./interrupt.ts";
import { openOutput } from "./output.ts";
import { readParameter } from "./parameters.ts";
import { shortened, splitStatements } from "./sql_statements.ts";
import {
  type Arguments,
  readArguments,
  readCount,
  requireChoice,
  requirePositionals,
  UsageError,
} from "./usage.ts";
import { type Format, formats, type ResultOptions, writeResult } from "./write_result.ts";

const HELP = `Usage: tdwire query [options] <sql>
       tdwire query [options] --file <path>
       tdwire query [options] < <path>

Runs one statement, or several with a semicolon between them, one after the other on one
connection. The first that fails ends it.

Options:
${CONNECTION_HELP}  --file <path>        Read the SQL from a file
  --param <value>      Value for the next ? in the SQL; give it once for each
                       null, true, false, 12, 1.5 and "text" are as in JSON, other text is text
  --format <format>    table (default), csv, jsonl or arrow
  -o, --output <path>  Write to a file; .csv, .jsonl and .arrow choose the format
  --time-zone <zone>   IANA zone, such as Europe/Berlin: how times are shown, and how the server
                       reads times without a zone (default: UTC, and the server's own)
  --text <mode>        VARCHAR that is not UTF-8: strict fails (default, but for table), replace
                       puts U+FFFD in
  --width <n>          Columns that a line of a table may take, 0 for any number (default: the
                       terminal's)

Formats:
  table   For people. Columns are aligned, NULL is NULL, line breaks are \\n
  csv     A header and a line a row. NULL is an empty field, an empty text is ""
  jsonl   An object a row. Numbers have all their digits; instants and DECIMAL are strings
  arrow   Arrow IPC file; needs the package apache-arrow
All digits are kept: of times (RFC 3339), of 64-bit integers, of DECIMAL. Binary values are
hexadecimal digits. CSV, JSON lines and Arrow go out as rows come in, in little memory.

Examples:
  tdwire query "select * from meters limit 10"
  tdwire query --param 220 --param north "select * from meters where voltage > ? and site = ?"
  tdwire query --output day.csv "select * from meters where ts > now - 1d"
  tdwire query --format jsonl "select ts, voltage from meters" | jq .voltage
  tdwire query --url ws://root:taosdata@db:6041/power --file report.sql

Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted (Ctrl-C stops the query on
the server as well).
`;

const options = {
  ...connectionOptions,
  file: { type: "string" },
  param: { type: "string", multiple: true },
  format: { type: "string" },
  output: { type: "string", short: "o" },
  "time-zone": { type: "string" },
  text: { type: "string" },
  width: { type: "string" },
} as const;

/** The command. */
export const QUERY: Command = {
  name: "query",
  summary: "Run SQL; results as a table, CSV, JSON lines or an Arrow file",
  help: HELP,
  run: runQuery,
};

async function runQuery(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options);
  const format = formatOf(values);
  const timeZone = values["time-zone"];
  const text = requireChoice("text", values.text ?? (format === "table" ? "replace" : "strict"), [
    "strict",
    "replace",
  ]);
  const width = values.width === undefined ? undefined : readCount("width", values.width, 0);
  const statements = splitStatements(await readSql(values.file, positionals));
  const params = (values.param ?? []).map(readParameter);
  if (statements.length === 0) throw new UsageError("the SQL is empty");
  if (statements.length > 1 && params.length > 0) {
    throw new UsageError("--param is for a single statement");
  }
  using interruption = listenForInterruption();
  const { signal } = interruption;
  const zone = timeZone === undefined ? {} : { timeZone };
  await using db = await openConnection(values, { ...zone, requestTimeoutMs: 0, signal });
  await using output = await openOutput(values.output, signal);
  const codec = await initCodec();
  const columns = output.isTerminal ? stdout.columns ?? 0 : 0;
  const writing = { ...zone, codec, format, text, width: width ?? columns, output };
  await runStatements(db, statements, params, writing, signal);
  await output.close();
  return 0;
}

/** Standard output gets a table, unless something else is asked for. */
function formatOf({ format, output = "-" }: Arguments<typeof options>["values"]): Format {
  if (format !== undefined) return requireChoice("format", format, formats);
  return output === "-" ? "table" : formatOfFile(output, formats);
}

/** The SQL of the command line, of a file, or of standard input. */
async function readSql(file: string | undefined, positionals: readonly string[]): Promise<string> {
  const [sql] = requirePositionals(positionals, "[sql]");
  if (sql !== undefined && file !== undefined) {
    throw new UsageError("give the SQL as an argument or by --file, not both");
  }
  if (file !== undefined && file !== "-") return await readFile(file, "utf8");
  if (sql !== undefined && sql !== "-") return sql;
  if (sql === undefined && file === undefined && stdin.isTTY) {
    throw new UsageError("the SQL is missing");
  }
  let text = "";
  stdin.setEncoding("utf8");
  for await (const chunk of stdin) text += chunk;
  return text;
}

async function runStatements(
  db: Connection,
  statements: readonly string[],
  params: readonly SqlValue[],
  writing: ResultOptions,
  signal: AbortSignal,
): Promise<void> {
  let results = 0;
  for (const [i, sql] of statements.entries()) {
    signal.throwIfAborted();
    const query = db.query(sql, params);
    let stopped: Promise<void> | undefined;
    const onAbort = () => stopped = stop(query);
    signal.addEventListener("abort", onAbort);
    try {
      if (await writeResult(query, results, writing)) results++;
    } catch (error) {
      if (!signal.aborted) throw statements.length === 1 ? error : withPlace(error, i, sql);
      await stopped;
      throw signal.reason;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}

/** Stops a query here and on the server, which may have become slow to answer. */
async function stop(query: Query<unknown>): Promise<void> {
  const limit = new Promise((resolve) => setTimeout(resolve, 3_000).unref());
  await Promise.race([query.cancel({ kill: true }).catch(() => {}), limit]);
}

function withPlace(error: unknown, index: number, sql: string): unknown {
  if (error instanceof Error) {
    error.message = `statement ${index + 1} (${shortened(sql)}): ${error.message}`;
  }
  return error;
}

/**
 * `tdwire types`: TypeScript types of the rows of a table or query.
 *
 * @module
 */

import { id, type ValueOptions } from "../../mod.ts";
import type { Command } from "./commands.ts";
import { CONNECTION_HELP, connectionOptions, openConnection } from "./connection_options.ts";
import { openOutput } from "./output.ts";
import { formatRowType, isTypeName, typeNameOf } from "./row_types.ts";
import { isReading, splitStatements } from "./sql_statements.ts";
import { readArguments, requireChoice, requirePositionals, UsageError } from "./usage.ts";

const HELP = `Usage: tdwire types [options] <table>
       tdwire types [options] --sql <select>

Writes the TypeScript type of the rows of a table or a query: what query() and sql give. Columns
may be NULL, but for a table's first timestamp. No row is read.

Options:
${CONNECTION_HELP}  --sql <select>       Rows of a query instead of a table: SELECT, SHOW, DESCRIBE, WITH or EXPLAIN
  --name <name>        Name of the type (default: the table's, or Row)
  --output <path>      Write to a file

How cells look, as the client's option values says it:
  --bigint <mode>      bigint (default), number or string
  --timestamp <mode>   auto (default: Date in ms databases, else bigint), date, bigint, string or
                       temporal
  --json <mode>        parse (default) or text
  --binary <mode>      bytes (default) or hex
  --decimal <mode>     string (default) or number
  --text <mode>        replace (default), strict or bytes

Examples:
  tdwire types meters > meters.ts
  tdwire types --timestamp string --bigint number --output rows.ts power.meters
  tdwire types --name Hourly --sql "select _wstart as hour, avg(voltage) from meters interval(1h)"

In TypeScript:
  import type { Meters } from "./meters.ts";
  const { rows } = await db.query<Meters>("select * from meters");

Exit codes: 0 done, 1 failed, 2 wrong command line.
`;

const modes: {
  readonly [Name in keyof ValueOptions]-?: readonly NonNullable<ValueOptions[Name]>[];
} = {
  bigint: ["bigint", "number", "string"],
  timestamp: ["auto", "date", "bigint", "string", "temporal"],
  json: ["parse", "text"],
  binary: ["bytes", "hex"],
  decimal: ["string", "number"],
  text: ["replace", "strict", "bytes"],
};

const options = {
  ...connectionOptions,
  sql: { type: "string" },
  name: { type: "string" },
  output: { type: "string", short: "o" },
  bigint: { type: "string" },
  timestamp: { type: "string" },
  json: { type: "string" },
  binary: { type: "string" },
  decimal: { type: "string" },
  text: { type: "string" },
} as const;

/** The command. */
export const TYPES: Command = {
  name: "types",
  summary: "Write TypeScript types of the rows of a table or query",
  help: HELP,
  run: runTypes,
};

async function runTypes(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options);
  const [table] = requirePositionals(positionals, "[table]");
  const { sql } = values;
  if ((table === undefined) === (sql === undefined)) {
    throw new UsageError("give the name of a table, or --sql");
  }
  const name = values.name ?? (table === undefined ? "Row" : typeNameOf(table));
  if (!isTypeName(name)) {
    throw new UsageError(`${JSON.stringify(name)} cannot be the name of a type`);
  }
  const asked = readModes(values);
  if (sql !== undefined) requireReading(sql);
  await using db = await openConnection(values);
  await using query = table === undefined
    ? db.query(sql!)
    : db.sql`select * from ${id(...table.split("."))} limit 0`;
  const fields = await query.fields();
  if (fields.length === 0) throw new UsageError("the statement of --sql has no result");
  const text = formatRowType({
    name,
    origin: table ?? sql!,
    fields,
    precision: await query.precision(),
    values: asked,
    timeName: table === undefined ? undefined : fields[0]!.name,
  });
  await using output = await openOutput(values.output);
  await output.write(text);
  await output.close();
  return 0;
}

/** A type is asked for, which is no reason to change anything on the server. */
function requireReading(sql: string): void {
  const statements = splitStatements(sql);
  if (statements.length === 1 && isReading(statements[0]!)) return;
  throw new UsageError(
    "--sql takes one statement that only reads: SELECT, SHOW, DESCRIBE, WITH or EXPLAIN",
  );
}

function readModes(given: Record<string, unknown>): ValueOptions {
  const chosen = Object.entries(modes).flatMap(([name, known]) => {
    const mode = given[name];
    return typeof mode === "string" ? [[name, requireChoice<string>(name, mode, known)]] : [];
  });
  return Object.fromEntries(chosen) as ValueOptions;
}

/**
 * `tdwire write`: rows of a file into tables.
 *
 * @module
 */

import type { Columns, Connection, LineOptions } from "../../mod.ts";
import type { Command } from "./commands.ts";
import { CONNECTION_HELP, connectionOptions, openConnection } from "./connection_options.ts";
import { formatOfFile } from "./formats/file_format.ts";
import { listenForInterruption } from "./interrupt.ts";
import { loadInBatches } from "./loading/batches.ts";
import { readArrow } from "./loading/arrow.ts";
import { readCsv } from "./loading/csv.ts";
import { type Input, openInput } from "./loading/input.ts";
import { readJsonLines } from "./loading/json_lines.ts";
import { LineLoader } from "./loading/line_loader.ts";
import { readLines } from "./loading/lines.ts";
import { LoadReport } from "./loading/load_report.ts";
import type { LoadTarget } from "./loading/load_target.ts";
import { TableLoader } from "./loading/table_loader.ts";
import { untilAborted } from "./loading/until_aborted.ts";
import { tell } from "./output.ts";
import {
  type Arguments,
  readArguments,
  readCount,
  requireChoice,
  requirePositionals,
  UsageError,
} from "./usage.ts";

const HELP = `Usage: tdwire write [options] <file>
       tdwire write [options] -

Writes the rows of a file, or of standard input, into a table that exists, or lines of a
schemaless protocol, for which the server makes tables. Reads as fast as the server takes rows,
in little memory. Rows that are wrong are told by their lines and left out.

Options:
${CONNECTION_HELP}  --format <format>    csv, jsonl, arrow, line, telnet or json (default: by the file's extension)
  --table <name>       Table to write to; the super table when the rows have a tbname column
  --using <name>       Super table: makes --table as a child of it if it does not exist
  --tag <name=value>   Column or tag that all rows have; give it once for each
  --time-zone <zone>   IANA zone of times that tell none, such as UTC or Europe/Berlin
  --delimiter <char>   What stands between the fields of CSV (default ,)
  --precision <unit>   Unit of the times in line protocol: h, m, s, ms, us or ns (default ns)
  --max-refused <n>    Stop when more rows are refused (default 1000)

Formats:
  csv     The first line names the columns. An empty field is NULL, "" is an empty text
  jsonl   An object of values by column name a line. A name left out leaves the value as it is
  arrow   Arrow IPC file or stream; needs the package apache-arrow
  line    InfluxDB line protocol
  telnet  OpenTSDB telnet lines
  json    OpenTSDB JSON, one object or array a line
For csv and jsonl, texts become what the table declares. Times are RFC 3339, or a whole number
in the database's precision; a day alone, such as 2026-01-31, is its midnight in --time-zone.
Binary values are hexadecimal digits. What "tdwire query" writes as csv, jsonl and arrow can be
written back as it is. Rows with a tbname make the tables that are not there, with the tags that
the rows have: the lines of "tdwire tail" have none.

Examples:
  tdwire write --table d1 readings.csv
  tdwire write --table d1 --using meters --tag site=north readings.csv
  tdwire write --table meters rows.jsonl              # each row has tbname and the tags
  tdwire query --format csv "select tbname, * from meters" |
    tdwire write --url ws://other:6041/power --table meters --format csv -
  tdwire write --database power --precision ms weather.lp

Exit codes: 0 all rows written, 1 some or all were not, 2 wrong command line, 130 interrupted
(Ctrl-C ends the reading; what was read is written, unless it is pressed again).
`;

const formats = ["csv", "jsonl", "arrow", "line", "telnet", "json"] as const;
type Format = typeof formats[number];

const precisions = ["h", "m", "s", "ms", "us", "ns"] as const;

const options = {
  ...connectionOptions,
  format: { type: "string" },
  table: { type: "string" },
  using: { type: "string" },
  tag: { type: "string", multiple: true },
  "time-zone": { type: "string" },
  delimiter: { type: "string" },
  precision: { type: "string" },
  "max-refused": { type: "string" },
} as const;

/** The command. */
export const WRITE: Command = {
  name: "write",
  summary: "Write CSV, JSON lines, Arrow or line protocol into tables",
  help: HELP,
  run: runWrite,
};

/** The formats whose rows go into a table that exists. */
type TableFormat = "csv" | "jsonl" | "arrow";
type Values = Arguments<typeof options>["values"];

/** What is to be done, as the command line says it. */
type Plan =
  | { readonly format: TableFormat; readonly delimiter: string; readonly target: LoadTarget }
  | { readonly format: LineOptions["protocol"]; readonly lines: LineOptions };

async function runWrite(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options);
  const path = requirePositionals(positionals, "the file (- is standard input)")[0]!;
  const plan = planOf(values, path);
  const mostRefused = readCount("max-refused", values["max-refused"] ?? "1000", 0);
  using interruption = listenForInterruption();
  const { signal } = interruption;
  const input = await openInput(path);
  await using db = await openConnection(values, { signal });
  const report = new LoadReport(plan.format === "arrow" ? "row" : "line", mostRefused, input.part);
  const loading = plan.format === "arrow"
    ? loadColumns(db, readArrow(path), plan.target, report, signal)
    : load(db, input, plan, report, signal);
  const failure = await loading.then(() => undefined, (error: unknown) => ({ error }));
  report[Symbol.dispose]();
  const refused = report.refused === 0 ? "" : `, ${report.refused} refused`;
  const rows = report.written === 1 ? "row" : "rows";
  await tell(`${report.written} ${rows} written${refused}\n`);
  if (failure !== undefined) throw failure.error;
  signal.throwIfAborted();
  return report.refused === 0 ? 0 : 1;
}

async function load(
  db: Connection,
  input: Input,
  plan: Plan,
  report: LoadReport,
  signal: AbortSignal,
): Promise<void> {
  // The signal ends the reading; what was read is written.
  const { signal: unending } = new AbortController();
  if ("lines" in plan) {
    const loader = new LineLoader(db, plan.lines, report);
    return await loadInBatches(
      readLines(input.chunks),
      (lines) => loader.load(lines, unending),
      signal,
    );
  }
  const loader = await TableLoader.open(db, plan.target, report);
  const rows = plan.format === "csv"
    ? readCsv(input.chunks, plan.delimiter, (names) => loader.requireHeader(names))
    : readJsonLines(input.chunks);
  await loadInBatches(rows, (batch) => loader.load(batch, unending), signal);
}

async function loadColumns(
  db: Connection,
  batches: AsyncIterable<Columns>,
  target: LoadTarget,
  report: LoadReport,
  signal: AbortSignal,
): Promise<void> {
  const loader = await TableLoader.open(db, target, report);
  let first = 1;
  for await (const columns of untilAborted(batches, signal)) {
    await loader.loadColumns(columns, first, signal);
    first += Object.values(columns)[0]?.length ?? 0;
  }
}

/** Reads the options, of which each belongs to some formats only. */
function planOf(values: Values, path: string): Plan {
  const format = values.format === undefined
    ? formatOfFile(path, formats)
    : requireChoice("format", values.format, formats);
  if (format === "csv" || format === "jsonl" || format === "arrow") {
    refuse(values, ["precision"], format);
    const { table, using, delimiter = "," } = values;
    if (table === undefined) throw new UsageError("--table is missing");
    if (format !== "csv") refuse(values, ["delimiter"], format);
    if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
      throw new UsageError("--delimiter must be one character, and no quote");
    }
    const constants = new Map((values.tag ?? []).map(readTag));
    return {
      format,
      delimiter,
      target: { table, using, constants, timeZone: values["time-zone"] },
    };
  }
  refuse(values, ["table", "using", "tag", "time-zone", "delimiter"], format);
  if (format !== "line") refuse(values, ["precision"], format);
  const { precision } = values;
  const unit = precision === undefined
    ? {}
    : { precision: requireChoice("precision", precision, precisions) };
  return { format, lines: { protocol: format, ...unit } };
}

function refuse(values: Values, names: readonly (keyof Values)[], format: Format): void {
  const name = names.find((name) => values[name] !== undefined);
  if (name !== undefined) throw new UsageError(`--${name} has no meaning for ${format}`);
}

function readTag(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError("--tag must be name=value");
}

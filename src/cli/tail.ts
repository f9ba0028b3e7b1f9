/**
 * `tdwire tail`: rows of a topic as they are written, until Ctrl-C.
 *
 * @module
 */

import { stderr, stdout } from "node:process";
import {
  type Consumer,
  id,
  initCodec,
  isTaosError,
  type Message,
  type MessageBlock,
  subscribe,
  TmqError,
} from "../../mod.ts";
import type { Command } from "./commands.ts";
import {
  CONNECTION_HELP,
  connectionOptions,
  type ConnectionValues,
  openConnection,
  serverUrl,
} from "./connection_options.ts";
import type { TextOptions } from "./formats/cell_texts.ts";
import { formatJsonLines } from "./formats/json_lines.ts";
import { formatTable } from "./formats/table.ts";
import { listenForInterruption } from "./interrupt.ts";
import { type Output, standardOutput } from "./output.ts";
import { styleOf } from "./terminal.ts";
import { readArguments, requireChoice, requirePositionals } from "./usage.ts";

const HELP = `Usage: tdwire tail [options] <topic>

Prints the rows of a topic as they are written, until Ctrl-C.

Options:
${CONNECTION_HELP}  --from <place>       latest (default): what comes from now on; earliest: all that the topic still has
  --group <name>       Consumer group: goes on where the group has stopped, and commits what is printed.
                       Without it nothing is committed, and nobody else's messages are taken
  --format <format>    jsonl (default): an object a row; table: for people
  --time-zone <zone>   IANA zone that times are shown in, such as Europe/Berlin (default: UTC)

A topic is what you subscribe to; make one first:
  create topic hot as select ts, current from meters where current > 10   rows of a query
  create topic all_meters as stable meters                                rows of its child tables
  create topic everything with meta as database power                     rows, and changes of tables
"show topics" lists them. The server keeps what is written for as long as the database's
wal_retention_period says; --from earliest begins there.

Rows of a super table or database have their table as "tbname", but not its tags: written into
another database, they would make tables whose tags are NULL. The client's applyMessage() copies
tables with their tags. Changes of tables are told on standard error, and so is a connection that
was lost: it comes back by itself. VARCHAR that is not UTF-8 ends jsonl with an error; a table
shows U+FFFD in its place.

Examples:
  tdwire query "create topic hot as select ts, current from meters where current > 10"
  tdwire tail hot
  tdwire tail --from earliest hot | jq .current
  tdwire tail --group archive --from earliest all_meters >> meters.jsonl

Needs TDengine 3.1.2.
Exit codes: 1 failed, 2 wrong command line, 130 ended by Ctrl-C.
`;

const options = {
  ...connectionOptions,
  from: { type: "string" },
  group: { type: "string" },
  format: { type: "string" },
  "time-zone": { type: "string" },
} as const;

const pollMs = 1_000;

/** The command. */
export const TAIL: Command = {
  name: "tail",
  summary: "Print the rows of a topic as they are written",
  help: HELP,
  run: runTail,
};

/** How messages are printed. */
interface Printing extends TextOptions {
  readonly format: "jsonl" | "table";
  readonly output: Output;
}

async function runTail(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options);
  const topic = requirePositionals(positionals, "the topic")[0]!;
  const offsetReset = requireChoice("from", values.from ?? "latest", ["latest", "earliest"]);
  const format = requireChoice("format", values.format ?? "jsonl", ["jsonl", "table"]);
  const timeZone = values["time-zone"];
  const { database, group = `tdwire_tail_${crypto.randomUUID().slice(0, 8)}` } = values;
  using interruption = listenForInterruption();
  const { signal } = interruption;
  const codec = await initCodec();
  const text = format === "table" ? "replace" : "strict";
  const printing = { codec, timeZone, text, format, output: standardOutput(signal) } as const;
  const consumer = await subscribe(serverUrl(values), {
    topics: [topic],
    groupId: group,
    clientId: "tdwire tail",
    offsetReset,
    autoCommit: false,
    signal,
    ...(database !== undefined && { database }),
  });
  try {
    await using _ = consumer;
    stderr.write(`tailing ${topic} from ${offsetReset}; Ctrl-C ends it\n`);
    return await printAll(consumer, values.group !== undefined, printing, signal);
  } finally {
    if (values.group === undefined) await forget(values, topic, group);
  }
}

/** Prints messages until the signal or the reader ends it. */
async function printAll(
  consumer: Consumer,
  commits: boolean,
  printing: Printing,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    const message = await consumer.poll(pollMs, { signal }).catch((error) => {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      stderr.write(`tdwire: ${error.message}; trying again\n`);
      return null;
    });
    if (message === null) continue;
    await print(message, printing);
    if (commits) await message.commit();
  }
}

/** Whether the consumer is of use after this. */
function isPassing(error: unknown): error is Error {
  if (error instanceof TmqError) return !error.fatal;
  return isTaosError(error) && error.kind === "connection";
}

async function print(message: Message, printing: Printing): Promise<void> {
  for (const event of message.metadata) {
    stderr.write(
      `${JSON.stringify(event, (_, value) => typeof value === "bigint" ? String(value) : value)}\n`,
    );
  }
  for (const block of message.blocks) {
    for await (const chunk of chunksOf(block, printing)) await printing.output.write(chunk);
  }
}

async function* chunksOf(block: MessageBlock, printing: Printing): AsyncGenerator<string> {
  const { fields, table } = block;
  const batches = (async function* () {
    yield block;
  })();
  if (printing.format === "table") {
    if (table !== null) yield `${table}\n`;
    yield* formatTable(fields, batches, {
      ...printing,
      width: stdout.columns ?? 0,
      style: styleOf(stdout),
    });
    return yield "\n";
  }
  const leading = table === null || fields.some(({ name }) => name === "tbname")
    ? undefined
    : { name: "tbname", text: table };
  yield* formatJsonLines(fields, batches, { ...printing, leading });
}

/** A group that nobody will come back to would count against the server's limit of groups a topic. */
async function forget(values: ConnectionValues, topic: string, group: string): Promise<void> {
  try {
    await using db = await openConnection(values, {
      connectTimeoutMs: 2_000,
      requestTimeoutMs: 2_000,
    });
    await db.exec(`drop consumer group if exists ${id(group).text} on ${id(topic).text}`);
  } catch {
    // There may be none yet, or no server any more.
  }
}

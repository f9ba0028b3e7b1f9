/**
 * The options of a database: which there are, what they may be, and what they are when nothing is said.
 *
 * Names, ranges and defaults are those of TDengine 3.3 (`checkDatabaseOptions` in `parTranslater.c`). KEEP and PRECISION are read by
 * `retention.ts` and by CREATE DATABASE.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { Code } from "./errors.ts";

/** What an option may be: numbers of a range, or one of several texts. */
interface Option {
  range?: [least: number, greatest: number];
  /** The option's name in messages, where it has another there. */
  label?: string;
  texts?: string[];
  /** The value without the option. */
  initial?: string;
  /** True when ALTER DATABASE takes the option, too. */
  alterable?: boolean;
}

const anything: Option = {};
const int32 = 2147483647;

const options: Record<string, Option> = {
  buffer: { range: [3, 16384], initial: "256", alterable: true },
  cachemodel: {
    label: "cacheModel",
    texts: ["none", "last_row", "last_value", "both"],
    initial: "none",
    alterable: true,
  },
  cachesize: { range: [1, 65536], label: "cacheSize", initial: "1", alterable: true },
  comp: { range: [0, 2], label: "compression", initial: "2" },
  duration: { initial: "10d" },
  wal_fsync_period: { range: [0, 180000], label: "fsyncPeriod", initial: "3000", alterable: true },
  maxrows: { range: [10, 10000], label: "maxRowsPerBlock", initial: "4096" },
  minrows: { range: [10, 1000], label: "minRowsPerBlock", initial: "100", alterable: true },
  keep: { alterable: true },
  pages: { range: [64, int32], initial: "256", alterable: true },
  pagesize: { range: [1, 16384], initial: "4" },
  precision: anything,
  replica: { range: [1, 3], label: "replications", initial: "1", alterable: true },
  wal_level: { range: [0, 2], label: "walLevel", initial: "1", alterable: true },
  vgroups: { range: [1, 1024], initial: "2" },
  single_stable: { range: [0, 1], label: "singleStable", initial: "0" },
  stt_trigger: { range: [1, 16], label: "sstTrigger", initial: "2", alterable: true },
  table_prefix: { range: [-191, 191], initial: "0" },
  table_suffix: { range: [-191, 191], initial: "0" },
  tsdb_pagesize: { range: [1, 16384], label: "tsdbPagesize", initial: "4" },
  wal_retention_period: {
    range: [-1, int32],
    label: "walRetentionPeriod",
    initial: "3600",
    alterable: true,
  },
  wal_retention_size: {
    range: [-1, int32],
    label: "walRetentionSize",
    initial: "0",
    alterable: true,
  },
  wal_roll_period: { range: [0, int32], label: "walRollPeriod" },
  wal_segment_size: { range: [0, int32], label: "walSegmentSize" },
  strict: { texts: ["on", "off"] },
  retentions: anything,
  schemaless: { range: [0, 1] },
  keep_time_offset: { range: [0, 23], initial: "0", alterable: true },
  encrypt_algorithm: { texts: ["none", "sm4"], initial: "none" },
  dnodes: anything,
  ss_chunkpages: { range: [4096, 1048576], initial: "131072" },
  ss_keeplocal: { initial: "525600m", alterable: true },
  ss_compact: { range: [0, 1], initial: "1", alterable: true },
  compact_interval: { initial: "0d", alterable: true },
  compact_time_range: { initial: "0d,0d", alterable: true },
  compact_time_offset: { initial: "0h", alterable: true },
};

/** Tells whether CREATE DATABASE, or ALTER DATABASE, has an option of that name. */
export function isDatabaseOption(name: string, alter: boolean): boolean {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  return option !== undefined && (!alter || option.alterable === true);
}

/** Throws for a value an option cannot have. */
export function checkDatabaseOptions(given: Record<string, string>): void {
  for (const [name, value] of Object.entries(given)) {
    const { range, texts, label = name } = options[name] ?? anything;
    if (texts !== undefined && !texts.includes(value)) {
      throw invalidOption(`Invalid option ${label}: ${value}`);
    }
    if (range === undefined) continue;
    const number = Number(value);
    if (!Number.isInteger(number) || number < range[0] || number > range[1]) {
      throw invalidOption(
        range[0] === 0 && range[1] <= 2 && name !== "comp"
          ? `Invalid option ${label}: ${value}, only ${range[1] === 1 ? "0, 1" : "0, 1, 2"} allowed`
          : `Invalid option ${label}: ${value} valid range: [${range[0]}, ${range[1]}]`,
      );
    }
  }
}

/** Returns an option's value, as text. */
export function databaseOption(given: Record<string, string>, name: string): string {
  const value = given[name] ?? options[name]?.initial ?? "";
  return name === "duration" && /^\d+$/.test(value) ? `${value}d` : value;
}

/** Returns the failure for an option that does not fit. */
export function invalidOption(message: string): ServerError {
  return new ServerError(Code.databaseOption, message);
}

/**
 * How long a database keeps its rows (option KEEP), and the range of times that can be written because of it.
 *
 * The rules are those of TDengine 3 (`vnodePreProcessSubmitTbData` in `vnodeSvr.c`, `checkDbKeepOption` in `parTranslater.c`): a row may
 * be as old as the last of the three KEEP values; the greatest time is a constant of the precision.
 *
 * @module
 */
import type { Database } from "./catalog.ts";
import { type Precision, ServerError } from "./engine.ts";
import { databaseOption } from "./sql/database_options.ts";
import { Code } from "./sql/errors.ts";
import { nowTicks, ticksPerSecond } from "./sql/timestamp.ts";
import type { RowBatch } from "./write.ts";

const defaultKeep = "3650";
const minutesPerUnit: Record<string, number> = { m: 1, h: 60, d: 1440 };
const leastMinutes = 1440;

/** An hour to ten years, in minutes. */
const leastDuration = 60, greatestDuration = 3650 * 1440;

/** 1000 years after 1970, or 292 where 64 bits of nanoseconds hold no more; years of 365 days. */
const greatestMinutes: Record<Precision, number> = {
  ms: 365_000 * 1440,
  us: 365_000 * 1440,
  ns: 292 * 365 * 1440,
};

/** TDengine's `tsMaxKeyByPrecision`: 1000 years of 8765 hours after 1970, or 292. */
const greatestTicks: Record<Precision, bigint> = {
  ms: 31_556_995_200_000n,
  us: 31_556_995_200_000_000n,
  ns: 9_214_646_400_000_000_000n,
};

function invalidKeep(message: string): ServerError {
  return new ServerError(Code.databaseOption, message);
}

/** Reads a length of time that an option has: days without a unit. */
function parseMinutes(text: string, option: string): number {
  const match = /^(\d+)([a-z]?)$/i.exec(text.trim());
  if (match === null) throw invalidKeep(`Invalid option ${option}: ${text}`);
  const unit = match[2] === "" ? "d" : match[2]!.toLowerCase();
  const minutes = minutesPerUnit[unit];
  if (minutes === undefined) {
    throw invalidKeep(`Invalid option ${option} unit: ${unit}, only m, h, d allowed`);
  }
  return Number(match[1]) * minutes;
}

/**
 * Checks the options that say how long rows are kept, and how long a file's part of that is (DURATION).
 *
 * @throws {ServerError} when TDengine would refuse them.
 */
export function checkKept(options: Record<string, string>, precision: Precision): void {
  const duration = parseMinutes(databaseOption(options, "duration"), "duration");
  if (duration < leastDuration || duration > greatestDuration) {
    throw invalidKeep(
      `Invalid option daysPerFile: ${duration} valid range: [${leastDuration}, ${greatestDuration}]`,
    );
  }
  const [keep] = parseKeep(options, precision);
  if (duration > Math.floor(keep / 3)) {
    throw invalidKeep("Invalid duration value, should be keep2 >= keep1 >= keep0 >= 3 * duration");
  }
}

/**
 * Reads the option KEEP of a database, one to three values separated by commas.
 *
 * @returns The three values in minutes, the first ones not greater than the later ones.
 * @throws {ServerError} when TDengine would refuse it.
 */
export function parseKeep(
  options: Record<string, string>,
  precision: Precision,
): [number, number, number] {
  const values = (options["keep"] ?? defaultKeep).split(",").map((text) =>
    parseMinutes(text, "keep")
  );
  if (values.length > 3) throw invalidKeep("Invalid number of keep options");
  const [first, second = first!, third = second] = values;
  const keep: [number, number, number] = [first!, second, third];
  const greatest = greatestMinutes[precision];
  if (keep.some((minutes) => minutes < leastMinutes || minutes > greatest)) {
    throw invalidKeep(
      `Invalid option keep: ${keep.join(", ")} valid range: [${leastMinutes}m, ${greatest}m]`,
    );
  }
  if (first! > second || second > third) {
    throw invalidKeep("Invalid keep value, should be keep0 <= keep1 <= keep2");
  }
  return keep;
}

/** Returns KEEP as `information_schema.ins_databases` shows it, such as `3650d,3650d,3650d`. */
export function formatKeep({ options, precision }: Database): string {
  return parseKeep(options, precision).map((minutes) => {
    if (minutes % 1440 === 0) return `${minutes / 1440}d`;
    return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
  }).join(",");
}

/**
 * Checks the times of rows that are to be written.
 *
 * @throws {ServerError} when one of them is older than its database keeps, or too far in the future.
 */
export function checkTimes(batch: RowBatch): void {
  const { options, precision } = batch.table.database;
  const kept = BigInt(parseKeep(options, precision)[2]) * 60n * ticksPerSecond(precision);
  const least = nowTicks(precision) - kept, greatest = greatestTicks[precision];
  for (const time of batch.cells[0] as bigint[]) {
    if (time < least || time > greatest) throw timeOutOfRange();
  }
}

function timeOutOfRange(): ServerError {
  return new ServerError(Code.timeOutOfRange, "Timestamp data out of range");
}

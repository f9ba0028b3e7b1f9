/**
 * Prints all figures of one run.
 *
 * @module
 */
import { benchDecode, type Measurement } from "./decode.ts";
import { benchEncode } from "./encode.ts";
import { benchInsert } from "./insert.ts";
import { benchPull } from "./pull.ts";
import { benchRest } from "./rest.ts";
import { benchSubscribe } from "./subscribe.ts";
import { benchWriter } from "./writer.ts";

function print({ name, value, unit }: Measurement): void {
  const figure = unit === "rows/s"
    ? `${(value / 1e6).toFixed(2)} M ${unit}`
    : `${value.toFixed(2)} ${unit}`;
  console.log(`${name.padEnd(64)}${figure}`);
}

const benches = [
  benchDecode,
  benchRest,
  benchEncode,
  benchInsert,
  benchPull,
  benchSubscribe,
  benchWriter,
];
for (const bench of benches) (await bench()).forEach(print);

/** Prints the figures of `benchInsert`. */
import { benchInsert } from "./insert.ts";

for (const { name, value, unit } of await benchInsert()) {
  const figure = unit === "rows/s"
    ? `${(value / 1e6).toFixed(2)} M ${unit}`
    : `${value.toFixed(2)} ${unit}`;
  console.log(`${name.padEnd(64)}${figure}`);
}

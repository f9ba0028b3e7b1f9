/** Prints the figures of `benchRest`. */
import { benchRest } from "./rest.ts";

for (const { name, value, unit } of await benchRest()) {
  const figure = unit === "rows/s"
    ? `${(value / 1e6).toFixed(2)} M ${unit}`
    : `${value.toFixed(2)} ${unit}`;
  console.log(`${name.padEnd(52)}${figure}`);
}

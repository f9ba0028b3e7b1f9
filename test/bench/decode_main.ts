/** Prints the figures of `benchDecode`. */
import { benchDecode } from "./decode.ts";

for (const { name, value, unit } of await benchDecode()) {
  const figure = unit === "rows/s"
    ? `${(value / 1e6).toFixed(2)} M ${unit}`
    : `${value.toFixed(2)} ${unit}`;
  console.log(`${name.padEnd(40)}${figure}`);
}

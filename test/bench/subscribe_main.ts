/** Prints the figures of `benchSubscribe`. */
import { benchSubscribe } from "./subscribe.ts";

for (const { name, value, unit } of await benchSubscribe()) {
  const figure = unit === "rows/s"
    ? `${(value / 1e6).toFixed(2)} M ${unit}`
    : `${value.toFixed(2)} ${unit}`;
  console.log(`${name.padEnd(64)}${figure}`);
}

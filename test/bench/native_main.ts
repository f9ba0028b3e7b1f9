/**
 * Prints the figures of the native transport: `bun test/bench/native_main.ts`,
 * `deno run -A --no-check test/bench/native_main.ts`.
 *
 * @module
 */
import { benchNative } from "./native.ts";

for (const { name, value, unit } of await benchNative()) {
  console.log(`${name.padEnd(64)}${value.toFixed(2)} ${unit}`);
}

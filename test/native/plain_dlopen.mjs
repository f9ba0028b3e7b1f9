/**
 * Opens the library in Deno or Bun as no client may: without RTLD_DEEPBIND. With the real libtaos the process dies too.
 *
 * @module
 */
import process from "node:process";

const path = process.argv[2];
const types = ["pointer", "pointer", "pointer", "pointer", "u16"];
const connectArguments = [null, null, null, null, 1];
if ("Deno" in globalThis) {
  const { symbols } = Deno.dlopen(path, { taos_connect: { parameters: types, result: "pointer" } });
  symbols.taos_connect(...connectArguments);
} else {
  const { dlopen } = await import("bun:ffi");
  const { symbols } = dlopen(path, { taos_connect: { args: types, returns: "pointer" } });
  symbols.taos_connect(...connectArguments);
}
console.log("passed");

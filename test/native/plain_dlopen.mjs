/**
 * Opens the library in Deno or Bun as no client may: without RTLD_DEEPBIND. With the real libtaos the process dies too.
 *
 * @module
 */
import process from "node:process";

const path = process.argv[2];
if ("Deno" in globalThis) {
  Deno.dlopen(path, { taos_init: { parameters: [], result: "i32" } }).symbols.taos_init();
} else {
  const { dlopen } = await import("bun:ffi");
  dlopen(path, { taos_init: { args: [], returns: "i32" } }).symbols.taos_init();
}
console.log("passed");

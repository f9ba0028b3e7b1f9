/**
 * The stand-in's switch that makes it slow, for programs that run in either runtime.
 *
 * @module
 */

/** Makes every call of a function take longer (standin.h). */
export async function setDelay(path: string, functionName: string, ms: number): Promise<void> {
  const name = new TextEncoder().encode(`${functionName}\0`);
  const { Deno } = globalThis as unknown as { Deno?: { dlopen(...args: unknown[]): unknown } };
  const specifier = ["bun", "ffi"].join(":");
  const { dlopen } = Deno ?? await import(specifier);
  const prototype = {
    parameters: ["buffer", "i32"],
    result: "void",
    args: ["ptr", "i32"],
    returns: "void",
  };
  dlopen(path, { standin_delay: prototype }).symbols.standin_delay(name, ms);
}

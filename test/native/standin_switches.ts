/**
 * The stand-in's switches (standin.h) for programs that run in either runtime.
 *
 * @module
 */

type Call = (...args: unknown[]) => unknown;

/** A function of the stand-in that gives nothing; parameters as Deno names them. */
async function open(path: string, name: string, parameters: readonly string[]): Promise<Call> {
  const { Deno } = globalThis as unknown as { Deno?: { dlopen(...args: unknown[]): unknown } };
  const specifier = ["bun", "ffi"].join(":");
  const { dlopen } = Deno ?? await import(specifier);
  const args = parameters.map((type) => type === "buffer" ? "ptr" : type);
  const prototype = { parameters, result: "void", args, returns: "void" };
  return dlopen(path, { [name]: prototype }).symbols[name];
}

/** Makes every call of a function take longer. */
export async function setDelay(path: string, functionName: string, ms: number): Promise<void> {
  const call = await open(path, "standin_delay", ["buffer", "i32"]);
  call(new TextEncoder().encode(`${functionName}\0`), ms);
}

/** Makes it read what is bound and drop it, or send it on again. */
export async function dropRows(path: string, drops: boolean): Promise<void> {
  (await open(path, "standin_drop_rows", ["i32"]))(Number(drops));
}

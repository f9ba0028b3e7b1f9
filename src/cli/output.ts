/**
 * Where a command's results go: standard output or a file, at the reader's pace.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve as resolvePath } from "node:path";
import { stdout } from "node:process";
import { withDeadline } from "../internal/abort.ts";

/** The reader of standard output has gone, as `head` does. There is nothing more to do, and nothing is wrong. */
export class ReaderGone extends Error {
  override name = "ReaderGone";
}

/** Where results go. Disposing of it before `close` leaves no file behind. */
export interface Output extends AsyncDisposable {
  /** Whether people read it as it comes. */
  readonly isTerminal: boolean;
  /** Writes; resolves when there is room for more. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Ends the output; a file appears under its name now, whole. */
  close(): Promise<void>;
}

/**
 * Opens an output.
 *
 * @param path A file; `-` or undefined is standard output.
 * @param signal Ends the wait for a reader that has stopped reading.
 */
export async function openOutput(path: string | undefined, signal?: AbortSignal): Promise<Output> {
  return path === undefined || path === "-" ? standardOutput(signal) : await fileOutput(path);
}

/**
 * Standard output.
 *
 * @param signal Ends the wait for a reader that has stopped reading.
 */
export function standardOutput(signal?: AbortSignal): Output {
  // Each failure is told to the write it belongs to; the event would end the process.
  if (stdout.listenerCount("error") === 0) stdout.on("error", () => {});
  const writeOut = writerOfDeno() ?? writeToNode;
  return {
    isTerminal: stdout.isTTY === true,
    write: async (chunk) => {
      await withDeadline({ signal, what: "the reader of the output" }, () => writeOut(chunk));
    },
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Tells on standard output what a command did; a reader that has gone changes nothing of that. */
export async function tell(text: string): Promise<void> {
  try {
    await standardOutput().write(text);
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
}

function writeToNode(chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(chunk, (error) => error ? reject(asReaderGone(error)) : resolve());
  });
}

/** Deno's way: its `node:process` stops the whole program, signals too, while a pipe is full. */
function writerOfDeno(): ((chunk: string | Uint8Array) => Promise<void>) | undefined {
  const { Deno: deno } = globalThis as {
    Deno?: { stdout: { write(bytes: Uint8Array): Promise<number> } };
  };
  if (deno === undefined) return undefined;
  return async (chunk) => {
    let rest: Uint8Array = Buffer.from(chunk as string);
    try {
      while (rest.length > 0) rest = rest.subarray(await deno.stdout.write(rest));
    } catch (error) {
      throw asReaderGone(error as Error);
    }
  };
}

async function fileOutput(path: string): Promise<Output> {
  const found = await stat(path).catch(() => undefined);
  const isDevice = found !== undefined && !found.isFile();
  const target = isDevice ? path : await targetOf(path);
  const written = isDevice ? target : `${target}.${crypto.randomUUID().slice(0, 8)}.partial`;
  const file = await open(written, isDevice ? "w" : "wx", found?.mode).catch((error) => {
    if (error.code === "ENOENT") {
      throw new Error(`cannot write ${path}: the folder ${dirname(target)} does not exist`);
    }
    error.message = error.message.replace(written, target);
    throw error;
  });
  let isOpen = true;
  const close = async () => {
    isOpen = false;
    await file.close();
  };
  return {
    isTerminal: false,
    write: async (chunk) => {
      await file.writeFile(chunk);
    },
    close: async () => {
      await close();
      if (!isDevice) await move(written, target);
    },
    [Symbol.asyncDispose]: async () => {
      if (!isOpen) return;
      await close();
      if (!isDevice) await rm(written, { force: true });
    },
  };
}

/** The file that symbolic links lead to, also where it is not there so far. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (Reflect.get(error as Error, "code") !== "ENOENT") throw error;
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : await targetOf(resolvePath(dirname(path), link));
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    await rm(from, { force: true });
    throw error;
  }
}

function asReaderGone(error: Error): Error {
  const isGone = /^(EPIPE|EOF|ERR_STREAM_DESTROYED)$/.test(String(Reflect.get(error, "code"))) ||
    error.name === "BrokenPipe";
  return isGone ? new ReaderGone("the reader of the output has gone", { cause: error }) : error;
}

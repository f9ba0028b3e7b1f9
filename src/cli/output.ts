/**
 * Where a command's results go: standard output or a file, at the reader's pace.
 *
 * @module
 */

import { open, rename, rm, stat } from "node:fs/promises";
import { stdout } from "node:process";

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
 */
export async function openOutput(path: string | undefined): Promise<Output> {
  return path === undefined || path === "-" ? standardOutput() : await fileOutput(path);
}

/** Standard output. */
export function standardOutput(): Output {
  // Each failure is told to the write it belongs to; the event would end the process.
  if (stdout.listenerCount("error") === 0) stdout.on("error", () => {});
  return {
    isTerminal: stdout.isTTY === true,
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stdout.write(chunk, (error) => error ? reject(asReaderGone(error)) : resolve());
      }),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function fileOutput(path: string): Promise<Output> {
  const isDevice = await stat(path).then((found) => !found.isFile(), () => false);
  const written = isDevice ? path : `${path}.partial`;
  const file = await open(written, "w");
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
      if (!isDevice) await rename(written, path);
    },
    [Symbol.asyncDispose]: async () => {
      if (!isOpen) return;
      await close();
      if (!isDevice) await rm(written, { force: true });
    },
  };
}

function asReaderGone(error: Error): Error {
  const isGone = /^(EPIPE|EOF|ERR_STREAM_DESTROYED)$/.test(String(Reflect.get(error, "code"))) ||
    error.name === "BrokenPipe";
  return isGone ? new ReaderGone("the reader of the output has gone", { cause: error }) : error;
}

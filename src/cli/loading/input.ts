/**
 * What `tdwire write` reads: a file or standard input, as text in pieces.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { stdin } from "node:process";
import type { Readable } from "node:stream";
import { InterfaceError } from "../../../mod.ts";

/** A text that is read piece by piece. */
export interface Input {
  /** The text. */
  readonly chunks: AsyncIterable<string>;
  /** How much of it has been read, from 0 to 1; undefined where its length is not known. */
  part(): number | undefined;
}

/**
 * Opens an input.
 *
 * @param path A file, or `-` for standard input.
 * @throws When the file is not there.
 */
export async function openInput(path: string): Promise<Input> {
  const isStandard = path === "-";
  const size = isStandard ? 0 : (await stat(path)).size;
  let bytes = 0;
  async function* chunks(): AsyncGenerator<string, void, undefined> {
    const stream: Readable = isStandard
      ? stdin
      : createReadStream(path, { highWaterMark: 2 ** 18 });
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const decode = (chunk?: Uint8Array) => {
      try {
        return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
      } catch (cause) {
        throw new InterfaceError(
          `the input is not UTF-8 text, in the ${chunk?.length ?? 0} bytes behind byte ${bytes}`,
          { cause },
        );
      }
    };
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      yield decode(chunk);
      bytes += chunk.length;
    }
    yield decode();
  }
  return { chunks: chunks(), part: () => size > 0 ? Math.min(bytes / size, 1) : undefined };
}

/**
 * Fetching from open results, the modern way and the legacy one.
 *
 * @module
 */

import { storageBytes } from "./blocks.ts";
import { ServerError } from "./engine.ts";
import {
  BLOCK_HEADER_BYTES,
  fillBlockHeader,
  fillLegacyHeader,
  LEGACY_HEADER_BYTES,
  makeFinishedFrame,
} from "./frames.ts";
import type { Envelope, JsonObject } from "./replies.ts";
import { adapterError, type ClientSession } from "./session.ts";
import type { OpenResult } from "./session_results.ts";

/** Answers `fetch_raw_block`: the next block, the end, or the error that ended the result. */
export async function fetchRawBlock(
  session: ClientSession,
  envelope: Envelope,
  id: bigint,
): Promise<Uint8Array> {
  const result = session.results.get(id);
  if (result === undefined) return makeFinishedFrame(envelope, id, 0xffff, "result is nil");
  return await result.serial.run(async () => {
    await session.waitForRoom();
    if (result.isFreed) return makeFinishedFrame(envelope, id, 0xffff, "result is nil");
    try {
      const block = await result.pull();
      if (block !== null) {
        const frame = result.encode(block, BLOCK_HEADER_BYTES);
        fillBlockHeader(frame, envelope, id);
        return frame;
      }
      await release(session, id, result);
      return makeFinishedFrame(envelope, id);
    } catch (error) {
      await release(session, id, result).catch(() => undefined);
      const { code, message } = toServerError(error);
      return makeFinishedFrame(envelope, id, code, message);
    }
  });
}

async function release(session: ClientSession, id: bigint, result: OpenResult): Promise<void> {
  session.results.delete(id);
  await result.free();
}

/** Any failure as the error that a client sees. */
export function toServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  return adapterError(error instanceof Error ? error.message : String(error));
}

/**
 * Finds an open result.
 *
 * @throws {ServerError} when it was freed or never was.
 */
export function requireResult(session: ClientSession, id: bigint): OpenResult {
  const result = session.results.get(id);
  if (result === undefined) throw adapterError("result is nil");
  return result;
}

/** Answers the legacy `fetch`: loads the next block, for `fetch_block`. */
export async function fetchLegacy(session: ClientSession, id: bigint): Promise<JsonObject> {
  const result = requireResult(session, id);
  return await result.serial.run(async () => {
    if (result.isFreed) throw adapterError("result is nil");
    try {
      const block = await result.pull();
      if (block === null) {
        await release(session, id, result);
        return { id, completed: true, lengths: null, rows: 0 };
      }
      result.legacyBlock = block;
      return {
        id,
        completed: false,
        lengths: result.rows.fields.map(storageBytes),
        rows: block[0]?.length ?? 0,
      };
    } catch (error) {
      await release(session, id, result).catch(() => undefined);
      throw error;
    }
  });
}

/** Answers the legacy `fetch_block`: the block that `fetch` loaded. */
export async function fetchLegacyBlock(
  session: ClientSession,
  id: bigint,
  envelope: Envelope,
): Promise<Uint8Array> {
  const result = requireResult(session, id);
  return await result.serial.run(async () => {
    if (result.isFreed) throw adapterError("result is nil");
    if (result.legacyBlock === null) throw adapterError("block is nil");
    const frame = result.encode(result.legacyBlock, LEGACY_HEADER_BYTES);
    fillLegacyHeader(frame, envelope, id);
    return await Promise.resolve(frame);
  });
}

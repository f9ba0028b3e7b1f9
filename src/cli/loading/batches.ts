/**
 * Items in pieces of any size → batches that are loaded one after the other.
 *
 * @module
 */

import { followSignal } from "../../internal/abort.ts";
import { untilAborted } from "./until_aborted.ts";

/** Rows a batch, at most. */
const batchSize = 10_000;
/** An input that pauses, as that of `tdwire tail` does, does not hold its rows back for longer. */
const pauseMs = 250;
/** Nor does one that never pauses, as that of a sensor: no row is held for longer. */
const mostAgeMs = 1_000;

/**
 * Loads items. While one batch is on its way the next one is read. What has been read when the reading ends is
 * loaded, also where the signal or an error ends it.
 *
 * @param pieces The items.
 * @param load Loads a batch.
 * @param signal Ends the reading, also while the input pauses.
 * @throws What reading or loading throws, as soon as it does; a batch on its way is waited for.
 */
export async function loadInBatches<Item>(
  pieces: AsyncIterable<readonly Item[]>,
  load: (batch: readonly Item[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const reading = new AbortController();
  const letGo = followSignal(reading, signal);
  let loading = Promise.resolve();
  try {
    for await (const batch of batchesOf(untilAborted(pieces, reading.signal))) {
      await loading;
      loading = load(batch);
      loading.catch((error) => reading.abort(error));
    }
  } finally {
    letGo();
    await loading;
  }
}

async function* batchesOf<Item>(
  pieces: AsyncIterable<readonly Item[]>,
): AsyncGenerator<readonly Item[], void, undefined> {
  let batch: Item[] = [];
  let oldest = 0;
  try {
    for await (const piece of withPauses(pieces)) {
      for (const item of piece) {
        if (batch.length === 0) oldest = performance.now();
        batch.push(item);
        if (batch.length < batchSize) continue;
        yield batch;
        batch = [];
      }
      const isPause = piece.length === 0;
      if (batch.length > 0 && (isPause || performance.now() - oldest >= mostAgeMs)) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

/** The pieces, and an empty one whenever the next takes long to come. */
async function* withPauses<Item>(
  pieces: AsyncIterable<readonly Item[]>,
): AsyncGenerator<readonly Item[], void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      if (await isLate(next)) yield [];
      const { done, value } = await next;
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function isLate(next: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(resolve, pauseMs, true));
  const arrived = next.then(() => false, () => false);
  try {
    return await Promise.race([arrived, late]);
  } finally {
    clearTimeout(timer);
  }
}

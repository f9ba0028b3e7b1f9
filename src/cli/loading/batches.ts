/**
 * Items in pieces of any size → batches that are loaded one after the other.
 *
 * @module
 */

/** Rows a batch, at most. */
const batchSize = 10_000;
/** An input that pauses, as that of `tdwire tail` does, does not hold its rows back for longer. */
const pauseMs = 250;

/**
 * Loads items. While one batch is on its way the next one is read.
 *
 * @param pieces The items.
 * @param load Loads a batch.
 * @throws What reading or loading throws; a batch on its way is waited for.
 */
export async function loadInBatches<Item>(
  pieces: AsyncIterable<readonly Item[]>,
  load: (batch: readonly Item[]) => Promise<void>,
): Promise<void> {
  let loading = Promise.resolve();
  try {
    for await (const batch of batchesOf(pieces)) {
      await loading;
      loading = load(batch);
      // It is awaited below or with the next batch; a failure until then is not unhandled.
      loading.catch(() => {});
    }
  } finally {
    await loading;
  }
}

async function* batchesOf<Item>(
  pieces: AsyncIterable<readonly Item[]>,
): AsyncGenerator<readonly Item[], void, undefined> {
  let batch: Item[] = [];
  for await (const piece of withPauses(pieces)) {
    for (const item of piece) {
      batch.push(item);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
    const isPause = piece.length === 0;
    if (isPause && batch.length > 0) {
      yield batch;
      batch = [];
    }
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

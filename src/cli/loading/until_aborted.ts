/**
 * Input that may pause, read until a signal ends it.
 *
 * @module
 */

import { withDeadline } from "../../internal/abort.ts";

/**
 * Reads on until the signal aborts, also in the middle of a wait for the next item. What is waited for then is left
 * to itself: standard input cannot be made to end.
 *
 * @param items The items.
 * @param signal Ends the reading, with its reason as the error.
 */
export function untilAborted<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncIterableIterator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let isWaiting = false;
  return {
    async next() {
      isWaiting = true;
      const item = await withDeadline({ signal, what: "the input" }, () => iterator.next());
      isWaiting = false;
      return item;
    },
    async return() {
      // A generator ends behind the item that it waits for.
      const ending = Promise.resolve(iterator.return?.());
      if (isWaiting) ending.catch(() => {});
      else await ending;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

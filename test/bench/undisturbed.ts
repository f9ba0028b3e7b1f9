/**
 * Times on a machine that has other work to do, too.
 *
 * @module
 */

/** The time that work takes by itself: an eighth of the samples are below it, and the others met other work. */
export function undisturbed(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 3]!;
}

/**
 * The known name that a mistyped one was probably meant to be.
 *
 * @module
 */

/**
 * Finds the known name nearest to a mistyped one.
 *
 * @param name The mistyped name.
 * @param known The names there are.
 * @returns The nearest name, or undefined when none is near.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(fold(name), fold(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, candidate.length / 3))
    .sort((left, right) => left.distance - right.distance);
  return near[0]?.candidate;
}

/** `connect_timeout_ms` and `connectTimeoutMs` are the same name to a reader. */
function fold(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, "");
}

/** Letters put in, left out, replaced, or swapped with their neighbour; two rows of the table are kept. */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      const isSwapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1] && i > 1;
      const swapped = isSwapped ? before[j - 2]! + 1 : replaced;
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    [before, row] = [row, next];
  }
  return row[right.length]!;
}

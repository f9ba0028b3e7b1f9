/**
 * Versions of servers.
 *
 * @module
 */

/** The first four numbers of a version text; text behind them, such as `.alpha`, does not count. */
function versionNumbers(version: string): number[] {
  const numbers = version.split(".").slice(0, 4).map((part) => Number.parseInt(part, 10));
  return [0, 1, 2, 3].map((i) => numbers[i] || 0);
}

/** Whether `version` is at least `minimum`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = versionNumbers(version);
  const want = versionNumbers(minimum);
  for (let i = 0; i < 4; i++) {
    if (have[i] !== want[i]) return have[i]! > want[i]!;
  }
  return true;
}

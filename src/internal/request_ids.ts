/**
 * Request ids.
 *
 * @module
 */

/**
 * Makes a generator of request ids: 32 random bits tell clients apart in the server's logs, 20 bits count. Below 2^53
 * for every reader.
 *
 * @returns Gives an id that it has not given before.
 */
export function requestIds(): () => bigint {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  let next = (BigInt(random!) << 20n) + 1n;
  return () => next++;
}

/**
 * Random numbers of tests. Every run takes the same, so that it tells the same; `TDWIRE_TEST_SEED` begins elsewhere,
 * and `TDWIRE_TEST_SEED=random` at a new place, which is printed.
 */

import process from "node:process";

const usual = 20_240_229;

/**
 * Where this run's random numbers begin.
 *
 * @throws {RangeError} When the variable is no whole number from 0 to 2^32 − 1.
 */
export function testSeed(): number {
  const given = process.env["TDWIRE_TEST_SEED"] ?? "";
  if (given === "") return usual;
  if (given === "random") {
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`TDWIRE_TEST_SEED=${seed}`);
    return seed;
  }
  const seed = Number(given);
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new RangeError(`TDWIRE_TEST_SEED is ${given}, not "random" or a whole number below 2^32`);
}

/** Whole numbers below a bound. */
export type Random = (bound: number) => number;

/** A generator of whole numbers (SplitMix32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ state >>> 16, 0x21f0aaad);
    mixed = Math.imul(mixed ^ mixed >>> 15, 0x735a2d97);
    return Math.floor(((mixed ^ mixed >>> 15) >>> 0) / 2 ** 32 * bound);
  };
}

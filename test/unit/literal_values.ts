/**
 * Values and pieces of statements that break a careless escaper, at random.
 *
 * @module
 */
import { param, type SqlValue } from "../../mod.ts";

/** A seeded generator, so that every failure can be repeated. */
export function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
}

export const hostile = [
  "'",
  "''",
  "\\",
  "\\'",
  "\\\\",
  '"',
  "`",
  "--",
  "-",
  "/*",
  "*/",
  ";",
  "?",
  "\n",
  "\r",
  "\t",
  "\\x41",
  "\\0",
  "%",
  "_",
  "(",
  ")",
  ",",
  " or 1=1 ",
  "drop table t",
  "é",
  "北",
  "😀",
  "\ud800",
  "\udc00",
  "\u2028",
  "\ufeff",
  "a",
  "1",
  "NULL",
  " ",
];

/** Texts of a statement between its values; each is whole by itself, and some touch the value. */
export const texts = [
  " , ",
  ",",
  "(",
  ")",
  " + ",
  "-",
  " -",
  "- ",
  "--?\n",
  "/* ? ' */",
  "/*/ ? */",
  "'a?'",
  "'\\'?'",
  '"?\'"',
  "`we ? ird`",
  "=",
  " and x = ",
  "'",
  ".",
  "x",
  "1",
  "1.5e3",
  "5s ",
  "\n",
  ";",
  "*",
  "/",
  "''",
  " from t where a in (",
].filter((text) => text !== "'");

type Kind = "string" | "number" | "word" | "bytes";

/** A value, and what it must be found as. */
export interface Value {
  given: SqlValue;
  kind: Kind;
  /** What must be found: the text, the number's text, the word, or the hex digits. */
  expected: string;
}

/** A text of pieces that break a careless escaper. */
export function randomText(random: (bound: number) => number): string {
  const count = random(6);
  let text = "";
  for (let i = 0; i < count; i++) text += hostile[random(hostile.length)]!;
  // Halves of surrogate pairs are refused, which has a test of its own.
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "",
  );
}

/** A value of any kind. */
export function randomValue(random: (bound: number) => number): Value {
  switch (random(10)) {
    case 0: {
      const given = Uint8Array.from({ length: random(6) }, () => random(256));
      const expected = given.length === 0 ? "" : `\\x${Buffer.from(given).toString("hex")}`;
      return { given, kind: "bytes", expected };
    }
    case 1: {
      const given = (random(2 ** 31) - 2 ** 30) * 10 ** (random(40) - 20);
      return { given, kind: "number", expected: Object.is(given, -0) ? "-0.0" : String(given) };
    }
    case 2: {
      const given = (BigInt(random(2 ** 31)) << 32n) * (random(2) ? 1n : -1n);
      return { given, kind: "number", expected: String(given) };
    }
    case 3: {
      const given = [true, false, null][random(3)]!;
      return { given, kind: "word", expected: given === null ? "NULL" : String(given) };
    }
    case 4: {
      const text = randomText(random);
      return {
        given: param.varchar(new TextEncoder().encode(text)),
        kind: "string",
        expected: text,
      };
    }
    case 5: {
      const text = `${random(2) ? "-" : ""}${random(1000)}.${random(1000)}`;
      return { given: param.decimal(text), kind: "number", expected: text };
    }
    default: {
      const given = randomText(random);
      return { given, kind: "string", expected: given };
    }
  }
}

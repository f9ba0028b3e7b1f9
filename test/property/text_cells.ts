/**
 * Texts as cells hold them: any Unicode but halves of surrogate pairs, and what trips careless code.
 *
 * @module
 */
import fc from "fast-check";

const encoder = new TextEncoder();

/** Texts that look like something else, or must be escaped. */
const oddTexts = [
  "",
  "NULL",
  "null",
  "\\x41",
  "\\",
  "'",
  "''",
  '"',
  "\\'",
  "`",
  "?",
  "-- ",
  "/*",
  "');drop table t;--",
  "\r\n\t",
  " leading and trailing ",
  "\ufeffmark",
  "\u2028",
  "%_",
  "now",
  "true",
  "0",
  "北京",
  "😀",
  "e\u0301",
];

const anyText = fc.oneof(
  { arbitrary: fc.constantFrom(...oddTexts), weight: 2 },
  { arbitrary: fc.string({ unit: "binary", maxLength: 24 }), weight: 2 },
  { arbitrary: fc.string({ unit: "grapheme", maxLength: 24 }), weight: 1 },
  {
    arbitrary: fc.array(fc.constantFrom(...oddTexts), { maxLength: 4 }).map((texts) =>
      texts.join("")
    ),
    weight: 1,
  },
);

/** The longest beginning of a text that fits. */
function cut(text: string, room: number, sizeOf: (character: string) => number): string {
  let taken = "";
  for (const character of text) {
    room -= sizeOf(character);
    if (room < 0) return taken;
    taken += character;
  }
  return taken;
}

/** Texts of at most so many bytes of UTF-8, which is how VARCHAR counts. */
export function textOfBytes(width: number): fc.Arbitrary<string> {
  return anyText.map((text) => cut(text, width, (character) => encoder.encode(character).length));
}

/** Texts of at most so many code points, which is how NCHAR counts. */
export function textOfCharacters(width: number): fc.Arbitrary<string> {
  return anyText.map((text) => cut(text, width, () => 1));
}

/**
 * A text in pieces → its lines, with their numbers.
 *
 * @module
 */

/** A line without its end, and its number from 1. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/**
 * Splits a text into lines, which end with LF or CR LF.
 *
 * @param chunks The text.
 * @returns The lines of one piece after the other; those of only space are left out.
 */
export async function* readLines(
  chunks: AsyncIterable<string>,
): AsyncGenerator<Line[], void, undefined> {
  let [rest, line] = ["", 0];
  const take = (texts: readonly string[]) => {
    const lines: Line[] = [];
    for (const text of texts) {
      line++;
      if (text.trim() !== "") {
        lines.push({ line, text: text.endsWith("\r") ? text.slice(0, -1) : text });
      }
    }
    return lines;
  };
  for await (const chunk of chunks) {
    const texts = (rest + chunk).split("\n");
    rest = texts.pop()!;
    yield take(texts);
  }
  yield take([rest]);
}

/**
 * How many columns of a terminal a text takes (Unicode Standard Annex 11).
 *
 * @module
 */

const ascii = /^[\x20-\x7e]*$/;
/** Characters that terminals draw two columns wide: East Asian Wide and Fullwidth, and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
/** Characters that are drawn on or in the one before. */
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The width of a text without control characters. */
export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** Cuts a text to a width; `…` at its end tells that it was cut. */
export function cutToWidth(text: string, width: number): string {
  if (ascii.test(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  let [used, end] = [0, 0];
  for (const { segment, index } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width) return `${text.slice(0, end)}…`;
    if (used < width) end = index + segment.length;
  }
  return text;
}

/** Characters that would move the cursor, speak to the terminal or turn the direction of text, as escapes. */
export function escapeControls(text: string): string {
  if (ascii.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (control) => {
    const code = control.charCodeAt(0);
    return names[control] ?? `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function graphemeWidth(grapheme: string): number {
  if (wide.test(grapheme)) return 2;
  return zeroWidth.test(grapheme) ? 0 : 1;
}

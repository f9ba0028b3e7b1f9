/**
 * Which class a server code belongs to, by ranges of codes.
 *
 * @module
 */

/** What a server code says, for choosing an error class. */
export type ErrorFamily = "authentication" | "programming" | "operational" | "other";

type Range = readonly [first: number, last: number, family: ErrorFamily];

/** The first range that holds a code decides, so single codes stand before the range around them. */
const ranges: readonly Range[] = [
  [0x0003, 0x0003, "authentication"],
  [0x0134, 0x0134, "authentication"],
  [0x0315, 0x0315, "authentication"],
  [0x0357, 0x0358, "authentication"],
  [0x1105, 0x1105, "authentication"],
  [0x1122, 0x1125, "authentication"],

  [0x0001, 0x00ff, "operational"],
  [0x0102, 0x0102, "operational"],
  [0x0118, 0x0118, "programming"],
  [0x0125, 0x0126, "operational"],
  [0x0127, 0x0127, "programming"],
  [0x0129, 0x0129, "operational"],
  [0x012b, 0x012c, "operational"],
  [0x012e, 0x012e, "operational"],
  [0x0130, 0x0131, "operational"],
  [0x0137, 0x0137, "operational"],
  [0x0139, 0x0139, "operational"],
  [0x013d, 0x013e, "programming"],

  [0x0200, 0x0200, "programming"],
  [0x0202, 0x0203, "programming"],
  [0x0207, 0x020a, "programming"],
  [0x0213, 0x0213, "operational"],
  [0x0215, 0x0215, "operational"],
  [0x0216, 0x0217, "programming"],
  [0x0219, 0x0219, "programming"],
  [0x021b, 0x021b, "programming"],
  [0x021d, 0x0224, "programming"],
  [0x022e, 0x022e, "operational"],

  [0x0334, 0x0334, "operational"],
  [0x0350, 0x0356, "programming"],
  [0x0360, 0x038f, "programming"],
  [0x0396, 0x0396, "operational"],
  [0x03a0, 0x03ba, "operational"],
  [0x03c0, 0x03c8, "programming"],
  [0x03d0, 0x03df, "operational"],
  [0x03e0, 0x03e1, "programming"],
  [0x03e3, 0x03e5, "programming"],
  [0x03ea, 0x03ea, "operational"],
  [0x03ef, 0x03ef, "operational"],
  [0x03f0, 0x03f2, "programming"],
  [0x0400, 0x042f, "operational"],
  [0x04a0, 0x04a1, "programming"],

  [0x0525, 0x0526, "programming"],
  [0x0500, 0x05ff, "operational"],
  [0x0600, 0x0600, "operational"],
  [0x0602, 0x0602, "operational"],
  [0x0603, 0x0603, "programming"],
  [0x0607, 0x0607, "operational"],
  [0x060b, 0x060b, "programming"],
  [0x0613, 0x0613, "operational"],
  [0x0615, 0x0615, "programming"],
  [0x0618, 0x061a, "programming"],
  [0x061b, 0x061b, "operational"],
  [0x061d, 0x061d, "programming"],

  [0x0705, 0x0706, "programming"],
  [0x0707, 0x0707, "operational"],
  [0x070b, 0x070b, "operational"],
  [0x070e, 0x070f, "programming"],
  [0x0712, 0x0712, "programming"],
  [0x072c, 0x072e, "programming"],
  [0x0730, 0x0730, "operational"],
  [0x0731, 0x0731, "programming"],
  [0x0733, 0x0737, "programming"],
  [0x0739, 0x073b, "operational"],

  [0x0800, 0x08ff, "operational"],
  [0x0900, 0x09ff, "operational"],
  [0x1000, 0x10ff, "operational"],
  [0x1106, 0x1107, "programming"],
  [0x2200, 0x22ff, "operational"],
  [0x2400, 0x25ff, "operational"],
  [0x2600, 0x26ff, "programming"],
  [0x2701, 0x2703, "programming"],
  [0x2801, 0x28ff, "programming"],
  [0xfffe, 0xfffe, "operational"],
];

/**
 * Finds the family of a server code.
 *
 * @param code Server code, 16 bits.
 * @returns Its family; `"other"` when no range holds it.
 */
export function familyOf(code: number): ErrorFamily {
  return ranges.find(([first, last]) => code >= first && code <= last)?.[2] ?? "other";
}

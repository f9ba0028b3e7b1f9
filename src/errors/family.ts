/**
 * Which class a server code belongs to, by ranges of codes.
 *
 * @module
 */

/** What a server code says, for choosing an error class. */
export type ErrorFamily = "authentication" | "programming" | "operational" | "other";

/** Codes and ranges of codes, in hex. The first family that holds a code decides: ranges have exceptions. */
const families: readonly (readonly [ErrorFamily, string])[] = [
  [
    "authentication",
    "3 134 315 357-358 1105 1122-1125",
  ],
  [
    "programming",
    "118 127 13d-13e 200 202-203 207-20a 216-217 219 21b 21d-224 350-356 360-38f 3c0-3c8 " +
    "3e0-3e1 3e3-3e5 3f0-3f2 4a0-4a1 525-526 603 60b 615 618-61a 61d 705-706 70e-70f 712 " +
    "72c-72e 731 733-737 1106-1107 2600-26ff 2701-2703 2801-28ff",
  ],
  [
    "operational",
    "1-ff 102 125-126 129 12b-12c 12e 130-131 137 139 213 215 22e 334 396 3a0-3ba 3d0-3df 3ea " +
    "3ef 400-42f 500-5ff 600 602 607 613 61b 707 70b 730 739-73b 800-8ff 900-9ff 1000-10ff " +
    "2200-22ff 2400-25ff fffe",
  ],
];

function holds(ranges: string, code: number): boolean {
  return ranges.split(" ").some((range) => {
    const [first = 0, last = first] = range.split("-").map((hex) => Number.parseInt(hex, 16));
    return code >= first && code <= last;
  });
}

/**
 * Finds the family of a server code.
 *
 * @param code Server code, 16 bits.
 * @returns Its family; `"other"` when no range holds it.
 */
export function familyOf(code: number): ErrorFamily {
  return families.find(([, ranges]) => holds(ranges, code))?.[0] ?? "other";
}

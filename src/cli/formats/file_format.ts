/**
 * Which format a file has, by its name.
 *
 * @module
 */

import { UsageError } from "../usage.ts";

const extensions: ReadonlyMap<string, string> = new Map([
  ["csv", "csv"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
  ["arrow", "arrow"],
  ["feather", "arrow"],
  ["txt", "table"],
  ["lp", "line"],
  ["line", "line"],
]);

/**
 * The format that the name of a file asks for.
 *
 * @param path The file.
 * @param formats The formats that a command knows.
 * @throws {UsageError} when the name tells none of them.
 */
export function formatOfFile<Format extends string>(
  path: string,
  formats: readonly Format[],
): Format {
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const named = extensions.get(extension);
  const found = formats.find((format) => format === named);
  if (found !== undefined) return found;
  const isFormat = formats.some((format) => format === path);
  throw new UsageError(
    `--format is missing: ${
      extension === "" ? "the name of the file" : `the extension .${extension}`
    } tells none of ${formats.join(", ")}${isFormat ? ` (did you mean --format ${path}?)` : ""}`,
  );
}

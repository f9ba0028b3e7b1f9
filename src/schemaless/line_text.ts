/**
 * Text of lines and JSON, as callers give it.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import type { LineProtocol } from "../transports/transport.ts";

/**
 * Joins lines, or JSON texts into one array. Empty entries are left out; one line feed behind a line is not part of it.
 *
 * @param entries The lines, or JSON texts and objects.
 * @param protocol The format.
 * @throws {InterfaceError} Naming the entry that is more than one line, or not JSON.
 */
export function joinLines(entries: readonly unknown[], protocol: LineProtocol): string {
  const texts = protocol === "json" ? entries.flatMap(jsonMembers) : entries.map(oneLine);
  const filled = texts.filter((text) => text !== "");
  if (filled.length === 0) return "";
  return protocol === "json" ? `[${filled.join(",")}]` : filled.join("\n");
}

/** The server splits at every line feed, also inside quotes. */
function oneLine(entry: unknown, index: number): string {
  if (typeof entry !== "string") throw new InterfaceError(`line ${index} is not a string`);
  const text = entry.replace(/\r?\n$/, "");
  if (!text.includes("\n")) return text;
  throw new InterfaceError(
    `line ${index} has a line feed in it: the server ends the line there, also inside quotes`,
  );
}

/** The text of a JSON value, or of an array's members; numbers keep the digits they were given with. */
function jsonMembers(entry: unknown, index: number): string {
  const refuse = (cause?: unknown) => new InterfaceError(`entry ${index} is not JSON`, { cause });
  if (typeof entry === "object" && entry !== null) {
    try {
      return JSON.stringify(entry);
    } catch (cause) {
      throw refuse(cause);
    }
  }
  if (typeof entry !== "string") throw refuse();
  const text = entry.trim();
  if (text === "") return "";
  try {
    JSON.parse(text);
  } catch (cause) {
    throw refuse(cause);
  }
  return text.startsWith("[") ? text.slice(1, -1).trim() : text;
}

/**
 * Counts lines as the server does; comments of the line protocol do not count.
 *
 * @param data The lines.
 * @param protocol The format.
 */
export function countLines(data: string, protocol: LineProtocol): number {
  const lines = data.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return protocol === "line" ? lines.filter((text) => !text.startsWith("#")).length : lines.length;
}

/**
 * Counts the points in a text that the server has taken.
 *
 * @param data Lines, or JSON.
 * @param protocol The format.
 */
export function countRows(data: string, protocol: LineProtocol): number {
  if (protocol === "json") return countObjects(data);
  return data.split("\n").filter((text) =>
    text.trim() !== "" && !(protocol === "line" && text.startsWith("#"))
  ).length;
}

/** Objects that are the JSON's value, or members of the array that is; `JSON.parse` would make all the others, too. */
function countObjects(json: string): number {
  let [depth, count] = [0, 0];
  const outermost = json.trimStart().startsWith("[") ? 1 : 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "{" && depth === outermost) count++;
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
  }
  return count;
}

/**
 * Finds the line that the server complains of. Its message ends in `:` and the data from the offending place on, cut
 * off where the message's buffer ends.
 *
 * @param message The server's message.
 * @param data The lines.
 * @returns The line; undefined when the message does not tell it beyond doubt.
 */
export function offendingLine(message: string, data: string): string | undefined {
  const lines = data.split("\n").filter((text) => text !== "");
  if (lines.length === 1) return lines[0];
  const colon = message.indexOf(":");
  // A character cut in half at the buffer's end is replaced in the message.
  const rest = colon < 0 ? "" : message.slice(colon + 1).replace(/\uFFFD+$/, "");
  if (rest.trim() === "") return undefined;
  if (rest.includes("\n") && data.endsWith(rest)) return lineAt(data, data.length - rest.length);
  const found = new Set<string>();
  for (let at = data.indexOf(rest); at >= 0; at = data.indexOf(rest, at + 1)) {
    found.add(lineAt(data, at));
    if (found.size > 1) return undefined;
  }
  return found.values().next().value;
}

function lineAt(data: string, offset: number): string {
  const start = data.lastIndexOf("\n", offset - 1) + 1;
  const end = data.indexOf("\n", offset);
  return data.slice(offset === 0 ? 0 : start, end < 0 ? undefined : end);
}

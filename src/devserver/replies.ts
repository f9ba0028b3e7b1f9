/**
 * JSON as the WebSocket endpoint speaks it: requests are read without losing a digit of 64-bit integers, replies are
 * written with them, and every reply has the same envelope.
 *
 * @module
 */

/** A JSON value; an integer that a `number` cannot hold exactly is a `bigint`. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** A member. */
  [key: string]: Json;
}

const LITERAL = /[-+.\w]+/y;

/** Reads a text that is known to be JSON, keeping the digits of integers. */
class ExactReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  readValue(): Json {
    switch (this.peek()) {
      case "{":
        return this.readObject();
      case "[":
        return this.readArray();
      case '"':
        return this.readString();
      default:
        return this.readLiteral();
    }
  }

  /** The next character that is not white space. */
  private peek(): string {
    while (this.text.charCodeAt(this.at) <= 0x20) this.at++;
    return this.text[this.at]!;
  }

  private takeIf(mark: string): boolean {
    const isThere = this.peek() === mark;
    if (isThere) this.at++;
    return isThere;
  }

  private readObject(): JsonObject {
    const entries: [string, Json][] = [];
    this.at++;
    while (!this.takeIf("}")) {
      this.takeIf(",");
      this.peek();
      const key = this.readString();
      this.takeIf(":");
      entries.push([key, this.readValue()]);
    }
    return Object.fromEntries(entries);
  }

  private readArray(): Json[] {
    const array: Json[] = [];
    this.at++;
    while (!this.takeIf("]")) {
      this.takeIf(",");
      array.push(this.readValue());
    }
    return array;
  }

  private readString(): string {
    let end = this.at;
    let isEscaped = true;
    while (isEscaped) {
      end = this.text.indexOf('"', end + 1);
      let start = end;
      while (this.text[start - 1] === "\\") start--;
      isEscaped = (end - start) % 2 === 1;
    }
    const literal = this.text.slice(this.at, end + 1);
    this.at = end + 1;
    return JSON.parse(literal);
  }

  private readLiteral(): Json {
    LITERAL.lastIndex = this.at;
    const literal = LITERAL.exec(this.text)![0];
    this.at = LITERAL.lastIndex;
    const value: Json = JSON.parse(literal);
    const isRounded = typeof value === "number" && /^-?\d+$/.test(literal) &&
      !Number.isSafeInteger(value);
    return isRounded ? BigInt(literal) : value;
  }
}

/**
 * Parses JSON; integers beyond 2^53 become `bigint`.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parseJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return /\d{16}/.test(text) ? new ExactReader(text).readValue() : value;
}

/** Formats JSON; a `bigint` is printed with all its digits. */
export function formatJson(value: Json): string {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(formatJson).join(",")}]`;
  const members = Object.entries(value).map(([key, member]) =>
    `${JSON.stringify(key)}:${formatJson(member)}`
  );
  return `{${members.join(",")}}`;
}

/** What every reply tells about the request it answers. */
export interface Envelope {
  /** Name of the action, or `""` when the request had none. */
  action: string;
  reqId: bigint;
  /** `performance.now()` when the request arrived. */
  startedMs: number;
}

/** Nanoseconds since the request arrived. */
export function elapsedNs(startedMs: number): number {
  return Math.max(1, Math.round((performance.now() - startedMs) * 1e6));
}

/** Formats a successful reply with the fields of its action. */
export function formatReply(envelope: Envelope, fields: JsonObject): string {
  return formatEnvelope(envelope, 0, "", fields);
}

/** Formats an error reply; replies of statements add `stmt_id`. */
export function formatError(
  envelope: Envelope,
  code: number,
  message: string,
  fields: JsonObject = {},
): string {
  return formatEnvelope(envelope, code & 0xffff, message, fields);
}

function formatEnvelope(
  envelope: Envelope,
  code: number,
  message: string,
  fields: JsonObject,
): string {
  const timing = elapsedNs(envelope.startedMs);
  return formatJson({
    code,
    message,
    action: envelope.action,
    req_id: envelope.reqId,
    timing,
    ...fields,
  });
}

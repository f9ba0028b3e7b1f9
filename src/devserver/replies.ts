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
  [key: string]: Json;
}

const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"|(-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)|(true|false|null))/y;

/** Reads one JSON text token by token. */
class JsonReader {
  private readonly text: string;
  private at = 0;
  private token: RegExpExecArray | null = null;

  constructor(text: string) {
    this.text = text;
    this.advance();
  }

  readDocument(): Json {
    const value = this.readValue();
    if (this.at !== -1) throw new SyntaxError("text after the JSON value");
    return value;
  }

  private advance(): RegExpExecArray {
    const current = this.token;
    TOKEN.lastIndex = Math.max(this.at, 0);
    this.token = TOKEN.exec(this.text);
    if (this.token !== null) this.at = TOKEN.lastIndex;
    else if (/^[ \t\n\r]*$/.test(this.text.slice(this.at))) this.at = -1;
    else throw new SyntaxError(`unexpected character at ${this.at}`);
    return current!;
  }

  private takeIf(mark: string): boolean {
    if (this.token?.[1] !== mark) return false;
    this.advance();
    return true;
  }

  private readValue(): Json {
    if (this.token === null) throw new SyntaxError("unexpected end");
    if (this.takeIf("{")) return this.readObject();
    if (this.takeIf("[")) return this.readArray();
    if (this.token[1] !== undefined) throw new SyntaxError(`unexpected ${this.token[1]}`);
    return toValue(this.advance());
  }

  private readObject(): JsonObject {
    const object: JsonObject = Object.create(null);
    if (this.takeIf("}")) return object;
    do {
      const key = this.token === null ? null : this.readValue();
      if (typeof key !== "string" || !this.takeIf(":")) throw new SyntaxError("bad object");
      object[key] = this.readValue();
    } while (this.takeIf(","));
    if (!this.takeIf("}")) throw new SyntaxError("unclosed object");
    return object;
  }

  private readArray(): Json[] {
    const array: Json[] = [];
    if (this.takeIf("]")) return array;
    do array.push(this.readValue()); while (this.takeIf(","));
    if (!this.takeIf("]")) throw new SyntaxError("unclosed array");
    return array;
  }
}

function toValue(token: RegExpExecArray): Json {
  const digits = token[3];
  if (digits === undefined) return JSON.parse(token[0]);
  const value = Number(digits);
  const isInteger = token[4] === undefined && token[5] === undefined;
  return isInteger && !Number.isSafeInteger(value) ? BigInt(digits) : value;
}

/**
 * Parses JSON; integers beyond 2^53 become `bigint`.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parseJson(text: string): Json {
  return new JsonReader(text).readDocument();
}

/** Formats JSON; a `bigint` is printed with all its digits. */
export function formatJson(value: Json): string {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(formatJson).join(",")}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${formatJson(member)}`);
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
export function formatError(envelope: Envelope, code: number, message: string, fields: JsonObject = {}): string {
  return formatEnvelope(envelope, code & 0xffff, message, fields);
}

function formatEnvelope(envelope: Envelope, code: number, message: string, fields: JsonObject): string {
  const timing = elapsedNs(envelope.startedMs);
  return formatJson({ code, message, action: envelope.action, req_id: envelope.reqId, timing, ...fields });
}

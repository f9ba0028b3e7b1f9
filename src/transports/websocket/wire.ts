/**
 * Text messages of taosAdapter's `/ws` (protocol.md §2.2–2.7). The server's spelling appears only here.
 *
 * @module
 */
import { CodecError } from "../../errors.ts";

/** An argument of an action; bigint is written with all its digits. */
export type WireValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | readonly WireValue[]
  | { readonly [key: string]: WireValue | undefined };

/** The envelope of every text reply. Fields that an action does not give are absent. */
export interface Reply {
  readonly code: number;
  readonly message: string;
  readonly action: string;
  readonly reqId: bigint;
  readonly timing?: number;
  readonly version?: string;
  readonly db?: string;
  readonly id?: number;
  readonly result_id?: number;
  readonly stmt_id?: number;
  readonly is_update?: boolean;
  readonly is_insert?: boolean;
  readonly affected_rows?: number;
  readonly affected?: number;
  readonly total_rows?: number;
  readonly fields?: readonly StatementField[] | null;
  readonly fields_count?: number;
  readonly field_count?: number;
  readonly fields_names?: readonly string[] | null;
  readonly fields_types?: readonly number[] | null;
  readonly fields_lengths?: readonly number[] | null;
  readonly fields_precisions?: readonly number[] | null;
  readonly fields_scales?: readonly number[] | null;
  readonly precision?: number;
  readonly completed?: boolean;
  readonly rows?: number;
}

/** A placeholder in the reply to `stmt2_prepare`. */
export interface StatementField {
  readonly name: string;
  readonly field_type: number;
  readonly precision: number;
  readonly scale: number;
  readonly bytes: number;
  readonly bind_type: number;
}

/** JSON text of a value in which bigints keep all digits. */
function stringify(value: WireValue | undefined): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `${JSON.stringify(key)}:${stringify(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** The text of a request. */
export function formatRequest(
  action: string,
  reqId: bigint,
  args: { readonly [key: string]: WireValue | undefined },
): string {
  return `{"action":${JSON.stringify(action)},"args":${stringify({ req_id: reqId, ...args })}}`;
}

const wholeNumbers = [
  "timing",
  "id",
  "result_id",
  "stmt_id",
  "affected_rows",
  "affected",
  "total_rows",
  "fields_count",
  "field_count",
  "precision",
] as const;
const isText = (value: unknown) => typeof value === "string";
/** Members that are lists, and what their items must be. */
const lists: readonly [name: string, isRight: (item: unknown) => boolean][] = [
  ["fields", isStatementField],
  ["fields_names", isText],
  ["fields_types", Number.isSafeInteger],
  ["fields_lengths", Number.isSafeInteger],
  ["fields_precisions", Number.isSafeInteger],
  ["fields_scales", Number.isSafeInteger],
];

function isStatementField(value: unknown): boolean {
  const { name, field_type, bytes, bind_type } = Object(value);
  return isText(name) && [field_type, bytes, bind_type ?? 0].every(Number.isSafeInteger);
}

function isListOf(value: unknown, isRight: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isRight);
}

/** The first member of a reply that is not what it must be; members that are null or absent are. */
export function shapeFault(reply: Reply): CodecError | undefined {
  const given: Readonly<Record<string, unknown>> = { ...reply };
  const isWrong = (name: string, isRight: (value: unknown) => boolean) =>
    given[name] !== undefined && given[name] !== null && !isRight(given[name]);
  const wrong = wholeNumbers.find((name) => isWrong(name, Number.isSafeInteger)) ??
    lists.find(([name, isRight]) => isWrong(name, (list) => isListOf(list, isRight)))?.[0];
  if (wrong === undefined) return undefined;
  return new CodecError(`the server's reply to ${reply.action} has a ${wrong} that cannot be`, {
    reqId: reply.reqId,
  });
}

/**
 * Reads a text reply. `JSON.parse` would round a request id above 2^53, so that one number is made a string first:
 * inside a JSON string its quotes would be escaped, so the pattern cannot match there.
 *
 * @throws {CodecError} when the text is not a reply.
 */
export function parseReply(frame: string): Reply {
  let value: Record<string, unknown> & { req_id?: number | string };
  try {
    value = JSON.parse(frame.replace(/"req_id":(\d{16,20})/, '"req_id":"$1"'));
  } catch (cause) {
    throw new CodecError("the server's text frame is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null || typeof value["code"] !== "number") {
    throw new CodecError("the server's text frame is not a reply: it has no code");
  }
  const { req_id: id, message, action, ...rest } = value;
  const reqId = Number.isSafeInteger(id) || (typeof id === "string" && /^\d+$/.test(id))
    ? BigInt(id!)
    : 0n;
  return { ...rest, message: text(message), action: text(action), reqId } as unknown as Reply;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

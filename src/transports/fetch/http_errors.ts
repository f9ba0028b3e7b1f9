/**
 * What goes wrong in HTTP itself, as errors (protocol.md §1.6).
 *
 * @module
 */
import {
  ClientCode,
  ConnectionError,
  databaseError,
  type ErrorContext,
  OperationalError,
  type TaosError,
} from "../../errors.ts";

/** What is known of the request. */
export interface RequestFacts {
  readonly reqId: bigint;
  readonly sql?: string;
  readonly context?: ErrorContext;
}

/** An answer that is not the adapter's usual one. */
export interface OtherAnswer {
  readonly status: number;
  /** The body's text, or its beginning. */
  readonly text: string;
  /** The host, for messages. */
  readonly url: string;
}

const adapterHint = "Is this a taosAdapter (port 6041) of TDengine 3?";
const shownLength = 200;

/** The text of a body that is JSON with one, and its code when that is a number. */
export function parseError(body: string): { code?: number; message: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  // Out of memory, the adapter answers a bare string.
  if (typeof value === "string") return { message: value };
  const { code, desc, message } = (value ?? {}) as Record<string, unknown>;
  const text = desc ?? message;
  if (typeof code === "number") return { code, message: String(text ?? "") };
  return typeof text === "string" ? { message: text } : undefined;
}

/** The error for an answer with another HTTP status than 200, or with a body that is none of the adapter's. */
export function answerError({ status, text, url }: OtherAnswer, facts: RequestFacts): TaosError {
  const told = parseError(text);
  const said = told?.message || text.trim().slice(0, shownLength);
  const message = `${url}: HTTP ${status}${said === "" ? "" : `: ${said}`}`;
  const { reqId, sql } = facts;
  const details = { reqId, sql, ...(told?.code !== undefined && { code: told.code }) };
  if (status === 401 || (status === 403 && facts.context === "connect")) {
    return new ConnectionError(message, {
      ...details,
      kind: "authentication",
      outcome: "rejected",
    });
  }
  if (status === 429 || status === 503) {
    const hint = "The adapter has no room for more requests now: send fewer at a time, or later.";
    return new OperationalError(message, {
      ...details,
      hint,
      retryable: true,
      outcome: "rejected",
    });
  }
  if (told?.code !== undefined) return databaseError(told.code, told.message, { ...facts });
  if (status === 200) {
    return new ConnectionError(
      `${url}: an answer that is not TDengine's: ${JSON.stringify(said)}`,
      {
        ...details,
        hint: adapterHint,
        outcome: "unknown",
      },
    );
  }
  const outcome = status >= 500 ? "unknown" : "not-sent";
  return new ConnectionError(message, {
    ...details,
    outcome,
    ...(status < 500 && { hint: adapterHint }),
  });
}

/** The error for a reply that breaks off. */
export function brokenReply(url: string, reqId: bigint, reason: string): ConnectionError {
  return new ConnectionError(`${url}: the reply broke off: ${reason}`, {
    code: ClientCode.CONNECTION_LOST,
    outcome: "unknown",
    reqId,
  });
}

interface Failure {
  readonly message?: string;
  readonly code?: string;
  readonly cause?: Failure;
  readonly errors?: readonly Failure[];
}

/** The innermost texts of a failed `fetch`; runtimes nest them differently. */
function reasonOf(failure: Failure): string {
  const { message = "", code = "", cause, errors } = failure;
  if (errors !== undefined && errors.length > 0) return errors.map(reasonOf).join(", ");
  if (cause !== undefined) return reasonOf(cause);
  return message.includes(code) ? message : [code, message].filter((part) => part !== "").join(" ");
}

/** The text of what `fetch` or a body's reader failed with. */
export function failureText(thrown: unknown): string {
  return thrown instanceof Error ? reasonOf(thrown as Failure) || thrown.name : String(thrown);
}

const beforeSending =
  /refused|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|dns error|CONNECT_TIMEOUT|certificate/i;

/** The error for a request that got no answer. `text` is free of secrets. */
export function requestError(
  url: string,
  reqId: bigint,
  text: string,
  context?: ErrorContext,
): ConnectionError {
  const wasSent = context !== "connect" && !beforeSending.test(text);
  return new ConnectionError(`${url}: ${text}`, {
    code: wasSent ? ClientCode.CONNECTION_LOST : ClientCode.CONNECT_FAILED,
    outcome: wasSent ? "unknown" : "not-sent",
    reqId,
  });
}

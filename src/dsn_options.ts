/**
 * The options a connection URL may carry: `?key=value&key=value`.
 *
 * @module
 */
import { InterfaceError } from "./errors.ts";
import { nearest } from "./internal/nearest.ts";

/** Options a URL may carry after its `?`. */
export interface UrlOptions {
  /** `timezone`, `tz`, `timeZone`. */
  timeZone?: string;
  /** `user_app`, `app`, `applicationName`. */
  applicationName?: string;
  /** `token`. */
  token?: string;
  /** `bearer_token`, `bearerToken`. */
  bearerToken?: string;
  /** `totp_code`, `totpCode`, `totp`. */
  totp?: string;
  /** `compression`: `true`, `1`, `false`, `0`. */
  compression?: boolean;
  /** `configDir`. */
  configDir?: string;
  /** `library`. */
  library?: string;
  /** `connectTimeoutMs`. */
  connectTimeoutMs?: number;
  /** `requestTimeoutMs`. */
  requestTimeoutMs?: number;
}

/** Option a URL key stands for. Time zones and tokens may hold `+`, which is why it is not a space here. */
const urlKeys: ReadonlyMap<string, keyof UrlOptions> = new Map([
  ["timezone", "timeZone"],
  ["tz", "timeZone"],
  ["timeZone", "timeZone"],
  ["app", "applicationName"],
  ["user_app", "applicationName"],
  ["applicationName", "applicationName"],
  ["token", "token"],
  ["bearer_token", "bearerToken"],
  ["bearerToken", "bearerToken"],
  ["totp_code", "totp"],
  ["totpCode", "totp"],
  ["totp", "totp"],
  ["compression", "compression"],
  ["configDir", "configDir"],
  ["library", "library"],
  ["connectTimeoutMs", "connectTimeoutMs"],
  ["requestTimeoutMs", "requestTimeoutMs"],
]);

/**
 * Decodes a part of a URL.
 *
 * @param text The part, percent-encoded.
 * @param what Name of the part, for the message.
 * @returns The part as it is meant.
 * @throws {InterfaceError} When it is not valid percent-encoding; the message does not quote it.
 */
export function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InterfaceError(`the URL's ${what} is not valid percent-encoding; write % as %25`);
  }
}

/**
 * Reads the options of a URL.
 *
 * @param query The part from its `?` on; may be empty.
 * @returns The options.
 * @throws {InterfaceError} Naming the key that is unknown, double or has a bad value.
 */
export function parseQuery(query: string): UrlOptions {
  const options: UrlOptions = {};
  for (const pair of query.slice(1).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = decode(equals < 0 ? pair : pair.slice(0, equals), "query");
    const option = urlKeys.get(key);
    if (option === undefined) throw unknownKey(key);
    if (option in options) throw new InterfaceError(`the URL gives ${option} twice`);
    const value = equals < 0 ? "" : decode(pair.slice(equals + 1), `value of ${key}`);
    if (value === "") throw new InterfaceError(`the URL gives ${key} no value`);
    Object.assign(options, { [option]: convert(option, key, value) });
  }
  return options;
}

function unknownKey(key: string): InterfaceError {
  const meant = nearest(key, [...urlKeys.keys()]);
  const hint = meant === undefined
    ? `known are ${[...urlKeys.keys()].join(", ")}`
    : `did you mean ${meant}?`;
  return new InterfaceError(
    `the URL has an unknown key ${JSON.stringify(key.slice(0, 40))}; ${hint}`,
  );
}

function convert(option: keyof UrlOptions, key: string, value: string): string | number | boolean {
  if (option === "compression") {
    if (/^(true|1|false|0)$/i.test(value)) return /^(true|1)$/i.test(value);
    throw new InterfaceError(`the URL's ${key} must be true, 1, false or 0`);
  }
  if (option !== "connectTimeoutMs" && option !== "requestTimeoutMs") return value;
  if (/^[0-9]+$/.test(value)) return Number(value);
  throw new InterfaceError(`the URL's ${key} must be a whole number of milliseconds`);
}

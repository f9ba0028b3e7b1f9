/**
 * Checks of connection options: types, ranges, unknown names. Messages name the option and quote no value.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import type { ConnectOptions } from "../options.ts";
import { nearest } from "./nearest.ts";
import { maxTimerMs } from "./request_limits.ts";

/** Says what a value must be, or undefined when it is. */
type Check = (value: unknown) => string | undefined;

const maxApplicationBytes = 23;

const text: Check = (value) => typeof value === "string" ? undefined : "a string";
const flag: Check = (value) => typeof value === "boolean" ? undefined : "true or false";
const call: Check = (value) => typeof value === "function" ? undefined : "a function";
const object: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "an object";
const filledText: Check = (value) =>
  typeof value === "string" && value !== "" ? undefined : "a string that is not empty";
const tokenSource: Check = (value) =>
  typeof value === "function" ? undefined : filledText(value) && "a string or a function";
/** Timers beyond 2^31 − 1 ms fire at once. */
const duration: Check = (value) =>
  typeof value === "number" && value >= 0 && value <= maxTimerMs
    ? undefined
    : `a number of milliseconds from 0 to ${maxTimerMs}`;
const transport: Check = (value) =>
  ["auto", "native", "websocket", "fetch"].includes(value as string)
    ? undefined
    : '"auto", "native", "websocket" or "fetch"';
/** The server would cut a longer name silently. */
const applicationName: Check = (value) =>
  typeof value === "string" && new TextEncoder().encode(value).length <= maxApplicationBytes
    ? undefined
    : `a string of at most ${maxApplicationBytes} bytes`;
const signal: Check = (value) =>
  typeof (value as AbortSignal | null)?.addEventListener === "function"
    ? undefined
    : "an AbortSignal";
const worker: Check = (value) =>
  typeof (value as Worker | null)?.postMessage === "function" &&
    typeof (value as Worker).addEventListener === "function"
    ? undefined
    : "a Worker";

const checks: Record<keyof ConnectOptions, Check> = {
  user: filledText,
  password: text,
  database: filledText,
  token: tokenSource,
  bearerToken: filledText,
  totp: filledText,
  timeZone: filledText,
  applicationName,
  configDir: filledText,
  library: filledText,
  transport,
  connectTimeoutMs: duration,
  requestTimeoutMs: duration,
  compression: flag,
  values: object,
  signal,
  WebSocket: call,
  fetch: call,
  decodeWorker: worker,
  onEvent: call,
};

/**
 * Checks names and types of options; an undefined option counts as absent.
 *
 * @param options What the caller gave.
 * @param otherNames Further names that are allowed.
 * @throws {InterfaceError} Naming the option and what it must be.
 */
export function checkOptions(options: ConnectOptions, otherNames: readonly string[]): void {
  if (object(options) !== undefined) throw new InterfaceError("the options must be an object");
  for (const [name, value] of Object.entries(options)) {
    if (otherNames.includes(name)) continue;
    const check = Object.hasOwn(checks, name) ? checks[name as keyof ConnectOptions] : undefined;
    if (check === undefined) throw unknownOption(name, otherNames);
    const expected = value === undefined ? undefined : check(value);
    if (expected !== undefined) throw new InterfaceError(`option ${name} must be ${expected}`);
  }
}

function unknownOption(name: string, otherNames: readonly string[]): InterfaceError {
  const meant = nearest(name, [...Object.keys(checks), ...otherNames]);
  return new InterfaceError(
    `there is no option ${JSON.stringify(name)}${
      meant === undefined ? "" : `; did you mean ${meant}?`
    }`,
  );
}

/**
 * Checks a time zone and spells it as the time zone database does, because the server is particular about case and
 * takes UTC for a zone that it does not know.
 *
 * @param timeZone IANA name in any case.
 * @returns The name as the server needs it.
 * @throws {InterfaceError} When there is no such zone.
 */
export function resolveTimeZone(timeZone: string): string {
  let canonical: string | undefined;
  try {
    canonical = new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    canonical = undefined;
  }
  // Offsets such as "+08:00" are known to Intl, but not to the server.
  if (canonical === undefined || !/^[A-Za-z]/.test(timeZone)) {
    throw new InterfaceError(
      `option timeZone: ${
        JSON.stringify(timeZone.slice(0, 64))
      } is not an IANA time zone such as "Europe/Berlin"`,
    );
  }
  // A link such as "Asia/Kolkata" stays as it is, if its case is plausible.
  const isLink = canonical.toLowerCase() !== timeZone.toLowerCase();
  return isLink && /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(timeZone) ? timeZone : canonical;
}

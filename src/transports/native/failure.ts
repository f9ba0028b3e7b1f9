/**
 * How a request to a Worker fails: plain data that crosses threads, and the errors made of it.
 *
 * @module
 */
import {
  ConnectionError,
  databaseError,
  InterfaceError,
  type ServerErrorDetails,
} from "../../errors.ts";
import {
  type Address,
  type LoadAttempt,
  LoadFailure,
  MissingFunction,
  type NativeLibrary,
} from "./library.ts";

/** What went wrong in a Worker. */
export type Failure =
  | {
    readonly kind: "taos";
    readonly code: number;
    readonly message: string;
    readonly rows: number;
  }
  | { readonly kind: "missing"; readonly functionName: string; readonly version: string }
  | { readonly kind: "usage"; readonly message: string }
  | { readonly kind: "load"; readonly tried: LoadAttempt[] }
  | { readonly kind: "bug"; readonly message: string };

/** A call of libtaos failed. */
export class TaosFailure extends Error {
  readonly code: number;
  /** Rows written all the same (schemaless). */
  readonly rows: number;

  /** `code` and `message` as the library gives them. */
  constructor(code: number, message: string, rows = 0) {
    super(message);
    this.code = code;
    this.rows = rows;
  }
}

/** The caller asked for what cannot be. */
export class UsageFailure extends Error {}

/** The library was found nowhere. */
export class NotFound extends Error {
  readonly tried: LoadAttempt[];

  /** Every path that was tried. */
  constructor(tried: LoadAttempt[]) {
    super("libtaos cannot be loaded");
    this.tried = tried;
  }
}

/**
 * The error of a result, or of the calling thread's last call that gave none (`result` 0): it must be read in the thread
 * of that call, before any other call.
 */
export function lastFailure(
  { functions: taos, text }: NativeLibrary,
  result: Address,
): TaosFailure {
  const code = taos.taos_errno(result);
  return code === 0
    ? new TaosFailure(-1, "libtaos does not say why")
    : new TaosFailure(code, text(taos.taos_errstr(result)));
}

/** What was thrown in a Worker, as data. */
export function failureOf(error: unknown, version: string): Failure {
  if (error instanceof TaosFailure) {
    return { kind: "taos", code: error.code, message: error.message, rows: error.rows };
  }
  if (error instanceof MissingFunction) {
    return { kind: "missing", functionName: error.functionName, version };
  }
  if (error instanceof NotFound) {
    return { kind: "load", tried: error.tried };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof UsageFailure ? "usage" : "bug", message };
}

/** A failed request, before the caller's interface and statement are known. */
export class RequestFailure extends Error {
  readonly failure: Failure;

  /** What the Worker told. */
  constructor(failure: Failure) {
    super(`a native request failed: ${failure.kind}`);
    this.failure = failure;
  }
}

/** libtaos cannot be loaded; the message has every path that was tried and the loader's reason. */
export class LoadError extends InterfaceError {}

/** What is known of a request that may fail. */
export interface FailureDetails extends ServerErrorDetails {
  /** The line that a message of the server's complains of (schemaless). */
  readonly lineOf?: (message: string) => string | undefined;
}

/** The error for the caller of a request that failed; anything else is handed back as it is. */
export function requestError(error: unknown, details: FailureDetails = {}): unknown {
  if (error instanceof LoadFailure) return new LoadError(error.message);
  if (!(error instanceof RequestFailure)) return error;
  const { failure } = error;
  switch (failure.kind) {
    case "taos": {
      const { code, message, rows: affectedRows } = failure;
      const { lineOf, ...rest } = details;
      return databaseError(code, message, { ...rest, affectedRows, line: lineOf?.(message) });
    }
    case "missing":
      return new InterfaceError(
        `libtaos${failure.version && ` ${failure.version}`} has no ${failure.functionName}: ` +
          "a newer one is needed for this",
      );
    case "load":
      return new LoadError(loadMessage(failure.tried), { hint: loadHint });
    case "usage":
      return new InterfaceError(failure.message);
    case "bug":
      return new ConnectionError(`a native call failed: ${failure.message}`, {
        outcome: "unknown",
        retryable: false,
      });
  }
}

const loadHint =
  "TDengine's client brings it; TDENGINE_LIBRARY or the option library says where it is. A ws: URL needs none.";

/** Places with the same reason share it. */
function loadMessage(tried: readonly LoadAttempt[]): string {
  const places = new Map<string, string[]>();
  for (const { path, reason } of tried) {
    const bare = reason.startsWith(`${path}: `) ? reason.slice(path.length + 2) : reason;
    places.set(bare, [...places.get(bare) ?? [], path]);
  }
  const reasons = [...places].map(([reason, paths]) =>
    paths.length === 1 && reason.includes(paths[0]!) ? reason : `${paths.join(", ")}: ${reason}`
  );
  return `libtaos cannot be loaded: ${reasons.join("; ")}`;
}

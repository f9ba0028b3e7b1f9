/**
 * Opening a connection to the first host that answers.
 *
 * @module
 */
import { ConnectionError } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";
import { withDeadline } from "./abort.ts";

/** How one host is opened. */
export interface HostOpener<T> {
  /** The host's URL without secrets; `hostIndex` counts in `options.hosts`. */
  hostUrl(hostIndex: number): string;
  /** Opens it; the signal aborts when the time for this host is over. */
  open(hostIndex: number, signal: AbortSignal): Promise<T>;
  /** Closes what was opened too late. */
  close(opened: T): void;
}

/** Whether another host may do better: the network failed, not the login. */
function isWorthAnotherHost(error: unknown): error is Error {
  return (error instanceof ConnectionError && error.kind === "connection") ||
    (error instanceof Error && error.name === "TimeoutError");
}

/**
 * Opens the first host that answers, in the order of the URL; the time limit is for each host.
 *
 * @throws {ConnectionError} when no host can be reached, naming each with its reason, or the login is refused.
 */
export async function openFirstHost<T>(
  options: ResolvedOptions,
  opener: HostOpener<T>,
): Promise<T> {
  const failures: Error[] = [];
  const { signal, connectTimeoutMs: timeoutMs } = options;
  for (let i = 0; i < options.hosts.length; i++) {
    const what = `connecting to ${opener.hostUrl(i)}`;
    const onLate = (opened: T) => opener.close(opened);
    try {
      return await withDeadline(
        { signal, timeoutMs, what, outcome: "not-sent", onLate },
        (attempt) => opener.open(i, attempt),
      );
    } catch (error) {
      // The caller's own time limit looks like that of a host.
      if (signal?.aborted) throw signal.reason;
      if (!isWorthAnotherHost(error)) throw error;
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  const reasons = failures.map((failure) => failure.message).join("; ");
  throw new ConnectionError(`no host could be reached: ${reasons}`, {
    outcome: "not-sent",
    cause: failures[0],
  });
}

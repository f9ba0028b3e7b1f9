/**
 * Stopping calls of other threads.
 *
 * @module
 */

/** How long a call may take to begin, in milliseconds. */
const againMs = 200;

/**
 * Stops a call now and again until it has returned: a call that another thread is only about to begin would not notice.
 *
 * @param stop Stops the call, if it runs.
 * @param returned Settles when the call has returned.
 */
export function insist(stop: () => void, returned: Promise<unknown>): void {
  stop();
  const timer = setInterval(stop, againMs);
  const end = () => clearInterval(timer);
  returned.then(end, end);
}

/**
 * Kills a running query: WebSocket has no cancel, but the server lists what runs and takes KILL.
 *
 * @module
 */
import type { Session } from "./session.ts";

interface RunningQuery {
  readonly kill_id: string;
  readonly query_id: bigint;
  readonly exec_usec: bigint;
  readonly sql: string;
}

/** The query to be killed. */
export interface KillTarget {
  readonly reqId: bigint;
  readonly sql: string;
  /** When it was sent, by `performance.now()`. */
  readonly startMs: number;
}

/** The server's clock may count in whole milliseconds. */
const clockSlackMs = 10;

/**
 * Kills the query with this request id. The server learns of a query by its client's heartbeat, some three seconds
 * after its start, so a younger one is not found. The query of a statement runs under an id that only the server knows:
 * it is taken for the only query with its text, if that does not run for longer, as one of another client would.
 *
 * @returns Whether it was found and killed.
 */
export async function killQuery(
  session: Session,
  { reqId, sql, startMs }: KillTarget,
): Promise<boolean> {
  const list = "select kill_id, query_id, exec_usec, `sql` from performance_schema.perf_queries";
  const running = await session.query<RunningQuery>((call) => session.run(list, [], call), {
    values: { bigint: "bigint" },
  });
  const mostMs = performance.now() - startMs + clockSlackMs;
  const sameText = running.rows.filter((row) =>
    isSameSql(row.sql, sql) && Number(row.exec_usec) / 1000 <= mostMs
  );
  const found = running.rows.find(({ query_id }) => BigInt(query_id) === reqId) ??
    (sameText.length === 1 ? sameText[0] : undefined);
  if (found === undefined) return false;
  await session.run(`kill query '${found.kill_id}'`, [], session.call());
  return true;
}

/** Whether the listed text, which the server cuts, is that of the statement. */
function isSameSql(listed: string, sql: string): boolean {
  return listed !== "" &&
    (listed === sql || (listed.length >= shortestCut && sql.startsWith(listed)));
}

/** A listed text shorter than this is not a cut one. */
const shortestCut = 1_000;

/**
 * Checks of a session: connection, login, version and clock.
 *
 * @module
 */

import { connect, type Connection, isTaosError, type TaosError } from "../../../mod.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import { type Finding, limitMs, reasonOf } from "./finding.ts";

/** The oldest server that works at all. */
const oldest = "3.1.2";

/** What later servers brought. */
const features: readonly (readonly [version: string, feature: string])[] = [
  ["3.3.2", "binary query frames (faster)"],
  ["3.3.5", "time zones"],
  ["3.3.6", "prepared statements and insert()"],
  ["3.3.7", "BLOB"],
];

const ticksPerMs = { ms: 1, us: 1_000, ns: 1_000_000 } as const;

/** A clock may be off by so much before anyone should care. */
const tolerableMs = 1_000;

/**
 * Looks at what a connection to the server can do.
 *
 * @param url The connection URL.
 * @param database Database over the one in the URL.
 * @param isNative Whether libtaos connects.
 */
export async function* checkSession(
  url: string,
  database: string | undefined,
  isNative: boolean,
): AsyncGenerator<Finding, void, undefined> {
  const limits = { connectTimeoutMs: limitMs, requestTimeoutMs: limitMs };
  let db: Connection;
  try {
    db = await connect(url, { ...limits, ...(database !== undefined && { database }) });
    // REST logs in with its first statement.
    await db.ping();
  } catch (error) {
    yield* failedLogin(error, isNative);
    return;
  }
  await using _closed = db;
  const how = db.transport === "fetch" ? "REST" : db.transport;
  yield { name: "connection", status: "ok", text: `${how}: ${db.transportReason}` };
  yield { name: "login", status: "ok", text: "accepted" };
  yield checkVersion(db.serverVersion);
  yield await checkClock(db);
}

function* failedLogin(error: unknown, isNative: boolean): Generator<Finding, void, undefined> {
  const kind = isTaosError(error) ? error.kind : undefined;
  if (kind === "authentication" || kind === "server") {
    yield { name: "connection", status: "ok", text: "the server answers" };
    yield {
      name: "login",
      status: "fail",
      text: reasonOf(error),
      advice: kind === "authentication"
        ? "check user and password in the URL (a new server has root and taosdata); characters such as @ : / # must be percent-encoded"
        : (error as TaosError).hint ?? 'check the database in the URL; "show databases" lists them',
    };
    return;
  }
  yield {
    name: "connection",
    status: "fail",
    text: reasonOf(error),
    advice: (isTaosError(error) ? error.hint : undefined) ??
      (isNative
        ? "libtaos talks to taosd itself, on port 6030: a ws: URL goes through taosAdapter"
        : "a proxy between here and the server may not pass WebSocket on: an http: URL does without"),
  };
}

function checkVersion(version: string): Finding {
  const name = "version";
  if (version === "") return { name, status: "note", text: "the server does not tell its version" };
  if (!isAtLeast(version, oldest)) {
    return {
      name,
      status: "fail",
      text: `${version} is older than ${oldest}`,
      advice: "this client needs a newer server",
    };
  }
  const lacking = features.filter(([since]) => !isAtLeast(version, since));
  if (lacking.length === 0) return { name, status: "ok", text: version };
  const list = lacking.map(([since, feature]) => `${feature} from ${since}`).join(", ");
  return { name, status: "note", text: `${version}; later ones bring ${list}` };
}

/** The difference of the clocks is known up to half the time that the answer took; the fastest of three counts. */
async function checkClock(db: Connection): Promise<Finding> {
  const name = "clock";
  let best = { aheadMs: 0, roundTripMs: Infinity };
  try {
    for (let i = 0; i < 3; i++) {
      const startMs = Date.now();
      const { rows, precision } = await db.query<{ now: bigint }>("select now() as `now`", [], {
        values: { timestamp: "bigint" },
      });
      const endMs = Date.now();
      const aheadMs = Number(rows[0]!.now) / ticksPerMs[precision] - (startMs + endMs) / 2;
      if (endMs - startMs < best.roundTripMs) best = { aheadMs, roundTripMs: endMs - startMs };
    }
  } catch (error) {
    return { name, status: "note", text: reasonOf(error) };
  }
  const { aheadMs, roundTripMs } = best;
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(3);
  const text = `the server is ${seconds} s ${aheadMs < 0 ? "behind" : "ahead"} (± ${
    (roundTripMs / 2000).toFixed(3)
  } s)`;
  if (Math.abs(aheadMs) - roundTripMs / 2 <= tolerableMs) return { name, status: "ok", text };
  return {
    name,
    status: "note",
    text,
    advice: "now() on the server and times made here do not go together: set both clocks by NTP",
  };
}

/**
 * Something to look at: four meters that report five times a second.
 *
 * @module
 */
import { connect, type Connection, isTaosError } from "tdwire";

const meters = ["hall", "kitchen", "office", "cellar"];
const periodMs = 200;
const historyMs = 3_600_000;

/** The current of a meter: the day's wave, a faster one, and noise. */
function current(meter: number, ms: number): number {
  return 10 + 3 * meter + 4 * Math.sin(ms / 90_000 + meter) + 1.5 * Math.sin(ms / 4_000) +
    Math.random();
}

async function insert(db: Connection, times: Date[]): Promise<void> {
  const rows = meters.flatMap((place, meter) => times.map((ts) => ({ place, meter, ts })));
  await db.insert("meters", {
    tbname: rows.map(({ place }) => place),
    place: rows.map(({ place }) => place),
    ts: rows.map(({ ts }) => ts),
    current: rows.map(({ meter, ts }) => current(meter, ts.getTime())),
    voltage: rows.map(() => 228 + Math.round(4 * Math.random())),
  });
}

/**
 * Writes the last hour and goes on writing for ever, over server restarts too.
 *
 * @param url The server.
 * @param database The database to make and to write to.
 */
export async function feed(url: string, database: string): Promise<never> {
  for (;;) {
    try {
      await write(url, database);
    } catch (error) {
      const isPassing = isTaosError(error) &&
        (error.retryable || error.kind === "connection" || error.kind === "timeout");
      if (!isPassing) throw error;
      // The server is away: the next turn asks it again.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

async function write(url: string, database: string): Promise<never> {
  await using db = await connect(url);
  await db.exec(`create database if not exists ${database}`);
  await db.use(database);
  await db.exec(
    "create stable if not exists meters (ts timestamp, current float, voltage int) tags (place varchar(16))",
  );
  const last = await db.query("select last(ts) from meters").value<Date>() ?? new Date(0);
  let written = Math.max(last.getTime(), Date.now() - historyMs);
  for (;;) {
    const times: Date[] = [];
    for (; written < Date.now(); written += periodMs) times.push(new Date(written));
    if (times.length > 0) await insert(db, times);
    await new Promise((resolve) => setTimeout(resolve, periodMs));
  }
}

/**
 * Connect in every way: a URL, options, several hosts, WebSocket, REST, and what `taos:` chooses.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { equal } from "node:assert/strict";
import process from "node:process";
import { connect, type Connection } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
const { host, username, password } = new URL(given ?? server!.url);
const user = username || "root";
const secret = password || "taosdata"; // what a server has when nobody has changed it
const login = `${user}:${secret}`;

const ways: Record<string, () => Promise<Connection>> = {
  "a URL": () => connect(`ws://${login}@${host}`),
  "a URL object": () => connect(new URL(`ws://${login}@${host}`)),
  "the name of the Python connector's scheme": () => connect(`taosws://${login}@${host}`),
  "the current database in the URL": () => connect(`ws://${login}@${host}/information_schema`),
  "options, which win over the URL": () =>
    connect(`ws://nobody:wrong@${host}`, {
      user,
      password: decodeURIComponent(secret),
      database: "information_schema",
      timeZone: "Asia/Shanghai",
      applicationName: "examples",
      connectTimeoutMs: 5_000,
    }),
  "several hosts, the first that answers": () => connect(`ws://${login}@localhost:1,${host}`),
  "how cells look, for all queries": () =>
    connect(`ws://${login}@${host}`, { values: { timestamp: "string", bigint: "number" } }),
  "REST": () => connect(`http://${login}@${host}`),
};

for (const [way, open] of Object.entries(ways)) {
  await using db = await open();
  const name = await db.currentDatabase();
  equal((await db.query("select 1 as one")).rowCount, 1);
  console.log(`${way}: ${db.transport}, server ${db.serverVersion}, database ${name ?? "none"}`);
}

/**
 * Opening, using and closing a connection.
 *
 * @module
 */
import type { Case } from "./case.ts";

/** Cases about connections themselves. */
export const sessionCases: readonly Case[] = [
  {
    name: "connect() tells transport and server version",
    async run({ url, connect, equal, ok }) {
      await using connection = await connect(url);
      equal(connection.transport, "websocket");
      ok(/^\d+\.\d+\.\d+/.test(connection.serverVersion));
    },
  },
  {
    name: "connect() rejects a wrong password with a ConnectionError of kind authentication",
    async run({ url, connect, rejects }) {
      await rejects(connect(url, { user: "root", password: "wr0ng-S3NTINEL" }), (error: Error) => {
        const { name, kind, message } = error as Error & { kind: string };
        return name === "ConnectionError" && kind === "authentication" &&
          !message.includes("S3NTINEL");
      });
    },
  },
  {
    name: "connect() rejects a missing database with a ProgrammingError",
    async run({ url, connect, rejects }) {
      await rejects(connect(url, { database: "no_such_database" }), {
        name: "ProgrammingError",
        code: 0x0388,
      });
    },
  },
  {
    name: "use() changes the database that currentDatabase() tells",
    async run({ url, connect, database, equal }) {
      await using connection = await connect(url);
      equal(await connection.currentDatabase(), null);
      await connection.use(database);
      equal(await connection.currentDatabase(), database);
    },
  },
];

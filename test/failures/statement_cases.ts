/**
 * Statements that fail or are refused, and what becomes of them on the server.
 *
 * @module
 */
import type { FailureCase } from "./case.ts";
import { type Handler, until } from "./fake_server.ts";
import { placeholder, timeAndInt } from "./placeholders.ts";

const insertSql = "insert into t values(?, ?)";
const selectSql = "select v from t where v > ?";
const row = [1_700_000_000_000n, 7] as const;

/** Fails the first request of an action, and answers later ones. */
function failFirst(
  action: string,
  code: number,
  message: string,
  right: Record<string, unknown> = {},
) {
  const handler: Handler = (request, peer) => {
    if (peer.server.of(action).length === 1) return peer.fail(request, code, message);
    peer.reply(request, { stmt_id: Number(request.resourceId), ...right });
  };
  return { [action]: handler };
}

const steps = ["stmt2_init", "stmt2_prepare", "stmt2_bind", "stmt2_exec"] as const;

const classes: readonly FailureCase[] = [
  {
    name:
      "prepare() and execute() reject with a StatementError whatever step fails, and close the statement",
    async run({ connect, serve, equal, rejects }) {
      for (const step of steps) {
        const server = await serve({
          placeholders: timeAndInt,
          script: failFirst(step, 0x2603, "Table does not exist"),
        });
        await using connection = await connect(server.url);
        const running = async () => {
          await using statement = await connection.prepare(insertSql);
          await statement.bindRow(row).execute();
        };
        await rejects(running(), { name: "StatementError", code: 0x2603, outcome: "rejected" });
        if (step !== "stmt2_init") equal((await server.waitFor("stmt2_close")).resourceId, 1n);
      }
    },
  },
  {
    name: "exec(), query() and insert() reject by code whatever step of their statement fails",
    async run({ connect, serve, rejects }) {
      for (const step of steps) {
        const options = {
          placeholders: timeAndInt,
          script: failFirst(step, 0x2602, "Invalid column name"),
        };
        const failed = { name: "ProgrammingError", code: 0x2602 };
        for (const sql of [insertSql, selectSql]) {
          await using connection = await connect((await serve(options)).url);
          const params = sql === insertSql ? [...row] : [1];
          await rejects(connection.exec(sql, params), failed);
        }
        await using connection = await connect((await serve(options)).url);
        await rejects(connection.insert("t", { ts: [row[0]], v: [row[1]] }), failed);
      }
    },
  },
  {
    name: "execute() keeps what is bound when it fails, and prepares the statement again",
    async run({ connect, serve, equal, rejects, deepEqual }) {
      const script = failFirst("stmt2_exec", 0x0903, "Sync leader is unreachable", { affected: 1 });
      const server = await serve({ placeholders: timeAndInt, script });
      await using connection = await connect(server.url);
      await using statement = await connection.prepare(insertSql);
      statement.bindRow(row);
      await rejects(statement.execute(), { name: "StatementError", retryable: true });
      equal((await statement.execute()).affectedRows, 1);
      const [first, second] = server.of("stmt2_bind");
      deepEqual(second!.bytes!.subarray(30), first!.bytes!.subarray(30));
      deepEqual([first!.resourceId, second!.resourceId], [1n, 2n]);
      await rejects(statement.execute(), { name: "InterfaceError", message: /nothing is bound/ });
    },
  },
];

const refused: readonly FailureCase[] = [
  {
    name:
      "a DECIMAL placeholder on a server that cannot bind it is an UnsupportedError naming both versions",
    async run({ connect, serve, rejects, deepEqual }) {
      const placeholders = [placeholder("ts", 9, 8), placeholder("price", 21, 8)];
      const server = await serve({ placeholders });
      await using connection = await connect(server.url);
      const refusal = { name: "UnsupportedError", message: /DECIMAL.*3\.4\.0\.0.*3\.3\.7\.5/ };
      await rejects(connection.prepare(insertSql), refusal);
      await rejects(connection.exec(insertSql, [row[0], "1.5"]), refusal);
      await rejects(connection.insert("t", { ts: [row[0]], price: ["1.5"] }), refusal);
      deepEqual(server.of("stmt2_bind").length, 0);
      await server.waitFor("stmt2_close");
      const newer = await serve({ placeholders, version: "3.4.0.0" });
      await using other = await connect(newer.url);
      await other.insert("t", { ts: [row[0]], price: ["1.5"] });
    },
  },
  {
    name:
      "insert() refuses a value before anything is bound, naming column and row, and gives its statement up",
    async run({ connect, serve, equal, rejects }) {
      const server = await serve({ placeholders: timeAndInt });
      await using connection = await connect(server.url);
      const data = { ts: [1n, 2n, 3n], v: [1, 2, 2 ** 31] };
      await rejects(connection.insert("t", data), {
        name: "InterfaceError",
        outcome: "not-sent",
        message: /column "v", row 2/,
      });
      equal(server.of("stmt2_bind").length, 0);
      equal((await server.waitFor("stmt2_close")).resourceId, 1n);
      await connection.insert("t", { ts: [1n], v: [1] });
      equal(server.of("stmt2_bind")[0]!.resourceId, 2n);
    },
  },
  {
    name: "a statement kept from before is closed when the database changes, by use() or by USE",
    async run({ connect, serve, equal }) {
      const server = await serve({ placeholders: timeAndInt });
      await using connection = await connect(server.url);
      const insert = () => connection.insert("t", { ts: [1n], v: [1] });
      await insert();
      await insert();
      equal(server.of("stmt2_prepare").length, 1);
      await connection.use("other");
      await insert();
      equal(server.of("stmt2_prepare").length, 2);
      await connection.exec("/* back */ USE `first`");
      await insert();
      equal(server.of("stmt2_prepare").length, 3);
      await until(() => server.of("stmt2_close").length === 2, "both closes");
    },
  },
];

/** Cases about prepared statements and inserts. */
export const statementCases: readonly FailureCase[] = [
  ...classes,
  ...refused,
];

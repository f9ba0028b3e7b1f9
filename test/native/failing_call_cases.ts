/**
 * Every call of libtaos that can fail, made to fail once, in a run through all that a connection can do: whatever fails is
 * told by a typed error, and nothing is left behind.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { connect, isTaosError } from "../../mod.ts";
import type { NativeCase } from "./case.ts";

/** Out of memory: nothing that goes by itself. */
const outOfMemory = 0x80000102;
/** A statement without a result has been used wrongly, for all that libtaos tells. */
const statementMisuse = 0x022a;
const codes = [outOfMemory & 0xffff, statementMisuse];
const startMs = 1_700_000_000_000;

/** All kinds of work, one after the other. */
async function work(url: string, database: string): Promise<void> {
  await using db = await connect(url, { timeZone: "UTC", applicationName: "native" });
  await db.use(database);
  await db.exec("create stable if not exists st (ts timestamp, v int, s varchar(8)) tags (g int)");
  await db.exec(`insert into a using st tags (1) values (${startMs}, 1, 'x')`);
  const rows = { ts: [new Date(startMs + 1)], v: [2], s: ["é"] };
  await db.insert("b", rows, { using: "st", tags: { g: 2 } });
  await db.query("select * from st order by ts");
  await db.query("select v from st where v > ?", [0]);
  for await (const _ of db.query("select * from st").batches()) break;
  await db.writeLines(`w,c=d v=1.5 ${startMs}`, { protocol: "line", precision: "ms" });
  await db.writeLines(`w,c=e v=1.5 ${startMs}`, {
    protocol: "line",
    precision: "ms",
    tableNameKey: "c",
  });
}

const functionNames = [
  "taos_connect",
  "taos_options_connection",
  "taos_query_with_reqid",
  "taos_fetch_raw_block",
  "taos_stmt2_init",
  "taos_stmt2_prepare",
  "taos_stmt2_get_fields",
  "taos_stmt2_bind_param",
  "taos_stmt2_exec",
  "taos_stmt2_result",
  "taos_schemaless_insert_raw_ttl_with_reqid",
  "taos_schemaless_insert_raw_ttl_with_reqid_tbname_key",
];

/** A block that is fetched ahead of a loop that is broken off fails for nobody. */
function failingCall(functionName: string): NativeCase {
  return {
    name: `connection work of which any ${functionName} fails rejects, and leaves nothing behind`,
    async run({ url, database, standIn }) {
      const before = standIn.calls(functionName);
      await work(url, database);
      const calls = standIn.calls(functionName) - before;
      ok(calls > 0);
      for (let nth = 1; nth <= calls; nth++) {
        standIn.fail(functionName, nth, outOfMemory);
        const failure: unknown = await work(url, database).then(() => undefined, (error) => error);
        // A call fewer was made this time.
        standIn.fail(functionName, 0, 0);
        const isTold = isTaosError(failure) && codes.includes(failure.code);
        const isForNobody = failure === undefined && functionName === "taos_fetch_raw_block";
        ok(isTold || isForNobody, `call ${nth} of ${calls}: ${String(failure)}`);
        equal(standIn.live(), 0);
      }
    },
  };
}

/** One case a function. */
export const failingCallCases: readonly NativeCase[] = functionNames.map(failingCall);

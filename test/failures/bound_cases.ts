/**
 * Rows that are bound one by one or in bulk: none may be lost, changed or written unseen.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import { numbers } from "./fake_result.ts";
import { type Handler, pause, until } from "./fake_server.ts";
import { placeholder, tableTimeAndInt, timeAndInt } from "./placeholders.ts";

const childSql = "insert into ? using m tags(1) values(?, ?)";
const selectSql = "select v from t where v > ?";

const rowByRow: readonly FailureCase[] = [
  {
    name: "bindRow() refuses a row without a time or with a bad name, and keeps the others",
    async run({ connect, serve, equal, rejects }) {
      const server = await serve({ placeholders: tableTimeAndInt });
      await using connection = await connect(server.url);
      await using statement = await connection.prepare(childSql);
      const bind = (...row: unknown[]) => Promise.resolve().then(() => statement.bindRow(row));
      await bind("d1", 1n, 1);
      await rejects(bind("d2", null, 2), { name: "InterfaceError", message: /"ts".*timestamp/ });
      await rejects(bind("d`3", 2n, 2), { name: "InterfaceError", message: /back-quote/ });
      await rejects(bind("", 2n, 2), { name: "InterfaceError", message: /empty/ });
      await bind("d4", 3n, 3);
      equal((await statement.execute()).tables, 2);
    },
  },
  {
    name: "bindRow() takes the bytes and dates of a row as they are at the call",
    async run({ connect, serve, equal, deepEqual }) {
      const placeholders = [placeholder("ts", 9, 8), placeholder("b", 16, 12)];
      const server = await serve({ placeholders });
      await using connection = await connect(server.url);
      await using statement = await connection.prepare("insert into t values(?, ?)");
      const [time, bytes] = [new Date(1), Uint8Array.of(1, 1)];
      statement.bindRow([time, bytes]);
      time.setTime(2);
      bytes.fill(2);
      statement.bindRow([time, bytes]);
      await statement.execute();
      const frame = server.of("stmt2_bind")[0]!.bytes!;
      deepEqual([...frame.subarray(-4)], [1, 1, 2, 2]);
      const texts = Array.from(frame, (byte) => byte.toString(16).padStart(2, "0")).join("");
      equal(texts.includes("01000000000000000200000000000000"), true, texts);
    },
  },
];

const bulk: readonly FailureCase[] = [
  {
    name:
      "execute() of more than 16 MiB or 32 767 rows of a table takes several requests, in order",
    async run({ connect, serve, equal, ok }) {
      const placeholders = [placeholder("ts", 9, 8), placeholder("s", 8, 60_002)];
      const server = await serve({ placeholders });
      await using connection = await connect(server.url);
      await using statement = await connection.prepare("insert into t values(?, ?)");
      const text = "x".repeat(60_000);
      const ts = BigInt64Array.from({ length: 500 }, (_, i) => BigInt(i));
      for (const _ of "ab") statement.bind({ columns: [ts, new Array(500).fill(text)] });
      equal((await statement.execute()).parts, 4);
      for (const { bytes } of server.of("stmt2_bind")) ok(bytes!.length < 17 * 2 ** 20);
      const many = BigInt64Array.from({ length: 40_000 }, (_, i) => BigInt(i));
      statement.bind({ columns: [many, new Array(40_000).fill("")] });
      equal((await statement.execute()).parts, 2);
    },
  },
  {
    name: "exec() of an INSERT with more parameters than the server binds is refused, not cut",
    async run({ connect, serve, equal, rejects }) {
      const server = await serve({ placeholders: timeAndInt });
      await using connection = await connect(server.url);
      const sql = "insert into t values(?, ?)(?, ?)";
      await rejects(connection.exec(sql, [1n, 1, 2n, 2]), {
        name: "InterfaceError",
        message: /4 parameters.*binds 2/,
      });
      equal(server.of("stmt2_bind").length, 0);
    },
  },
];

const closed: readonly FailureCase[] = [
  {
    name: "query() of a statement that is closed while it waits for its turn is not sent",
    async run({ connect, serve, equal }) {
      const server = await serve({ result: numbers([1], [2]) });
      await using connection = await connect(server.url);
      const statement = await connection.prepare(selectSql);
      const batches = statement.query([1]).batches();
      await batches.next();
      const waiting = failureOf(statement.query([2]));
      await pause(5);
      await statement.close();
      await failureOf(batches.next());
      const error = await waiting;
      equal(error.name, "InterfaceError");
      equal(server.of("stmt2_bind").length, 1);
    },
  },
  {
    name: "a statement left with a fetch under way is closed, however long that takes",
    async run({ connect, serve, equal }) {
      const late: (() => void)[] = [];
      const slow: Handler = (request, peer) => {
        const isFirst = peer.server.of("fetch_raw_block").length === 1;
        if (isFirst) peer.nextBlock(request);
        else late.push(() => peer.nextBlock(request));
      };
      const server = await serve({
        result: numbers([1], [2], [3]),
        script: { fetch_raw_block: slow },
      });
      await using connection = await connect(server.url);
      const statement = await connection.prepare(selectSql);
      equal(await statement.query([1]).value(), 1);
      await statement.close();
      equal(server.of("stmt2_close").length, 0);
      late.forEach((answer) => answer());
      await server.waitFor("free_result");
      await server.waitFor("stmt2_close");
    },
  },
  {
    name: "a statement of query() left with a fetch under way is used again when that has ended",
    async run({ connect, serve, equal }) {
      const late: (() => void)[] = [];
      const slow: Handler = (request, peer) => {
        if (peer.server.of("fetch_raw_block").length !== 2) peer.nextBlock(request);
        else late.push(() => peer.nextBlock(request));
      };
      const server = await serve({
        result: numbers([1], [2]),
        script: { fetch_raw_block: slow },
      });
      await using connection = await connect(server.url);
      const value = () => connection.query(selectSql, [1]).value();
      equal(await value(), 1);
      await until(() => late.length === 1, "the fetch under way");
      equal(await value(), 1);
      equal(server.of("stmt2_prepare").length, 2);
      await server.waitFor("free_result");
      late.forEach((answer) => answer());
      await server.waitFor("free_result", 2);
      await Promise.all([value(), value()]);
      equal(server.of("stmt2_prepare").length, 2);
      equal(server.of("stmt2_close").length, 0);
    },
  },
];

/** Cases about bound rows, and statements that are closed in the middle. */
export const boundCases: readonly FailureCase[] = [...rowByRow, ...bulk, ...closed];

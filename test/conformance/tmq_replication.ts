/**
 * Copies made by applying messages to another database.
 *
 * @module
 */
import { applyMessage, type Connection, param, subscribe } from "../../mod.ts";
import type { Case, CaseTools } from "./case.ts";
import { patiently } from "./tmq_support.ts";

const columns =
  "ts timestamp, b bool, i8 tinyint, i16 smallint, i32 int, i64 bigint, u8 tinyint unsigned, u16 smallint unsigned, " +
  "u32 int unsigned, u64 bigint unsigned, f float, d double, vc varchar(16), nc nchar(8), vb varbinary(8), " +
  "g geometry(64), de decimal(20, 4), d6 decimal(10, 2), t2 timestamp, bl blob";
const tags =
  "a bigint, u bigint unsigned, f float, s varchar(20), n nchar(10), vb varbinary(10), g geometry(200), tt timestamp, bo bool";
const start = 1_700_000_000_000_000n;
const values =
  `true, -128, -32768, -2147483648, -9223372036854775808, 255, 65535, 4294967295, 18446744073709551615, 0.1, 1e-300, ` +
  `'it\\'s', '字符', '\\x00ff', 'POINT(1 2)', 1234567890123456.7891, -12345678.90, ${
    start + 1n
  }, '\\x0102'`;
const tagValues = [
  2n ** 63n - 1n,
  2n ** 64n - 1n,
  Math.fround(0.1),
  `it's "q" \\x`,
  "字",
  Uint8Array.of(0, 1, 255),
  "POLYGON((0 0, 1 0, 1 1, 0 0))",
  param.timestamp(start + 1n, "us"),
  true,
];

/** Everything that can happen to tables and rows, in the case's database. */
async function live(db: Connection): Promise<void> {
  const run = async (...statements: string[]) => {
    for (const sql of statements) await db.exec(sql);
  };
  await run(
    `create table t (${columns})`,
    `insert into t values (${start}, ${values})`,
    `insert into t (ts) values (${start + 1n})`,
    `create stable st (ts timestamp, v int) tags (${tags})`,
    "create stable js (ts timestamp, v int) tags (j json)",
  );
  await db.exec(`create table c1 using st tags (?, ?, ?, ?, ?, ?, ?, ?, ?)`, tagValues);
  await run(
    `insert into j1 using js tags ('{"a":1.5,"k":"v"}') values (${start}, 3) j2 using js tags (null) values (${start}, 4)`,
    `insert into c1 values (${start}, 1) c2 using st (a) tags (7) values (${start}, null)`,
    "alter stable st add column w decimal(12, 3)",
    "alter stable st rename tag s label",
    "alter stable st modify tag n nchar(12)",
    `insert into c1 values (${start + 1n}, 2, 1.234)`,
    "alter table c2 set tag a = 9007199254740993",
    "alter table c2 set tag label = 'quo\\\"te'",
    `delete from c1 where ts = ${start}`,
    "create table gone (ts timestamp, v int)",
    `insert into gone values (${start}, 1)`,
    "drop table gone",
    "create table renamed (ts timestamp, v int)",
    `insert into renamed values (${start}, 1)`,
    "alter table renamed rename column v w",
    `insert into renamed values (${start + 1n}, 2)`,
    "alter stable st drop column w",
    "create stable passing (ts timestamp, v int) tags (x int)",
    `insert into p1 using passing tags (1) values (${start}, 1)`,
    "drop stable passing",
  );
}

/** Applies messages until none has come for a while; commits as far as told. */
async function copy(
  tools: CaseTools,
  topic: string,
  databases: { source: Connection; target: Connection },
  most: number,
): Promise<number> {
  await using consumer = await subscribe(tools.url, {
    topics: [topic],
    groupId: `${topic}_copy`,
    offsetReset: "earliest",
    autoCommit: false,
    config: { "min.poll.rows": "1" },
  });
  let messages = 0;
  for (let misses = 0; misses < 3 && messages < most;) {
    const message = await consumer.poll(700);
    if (message === null) {
      if (await consumer.lag() === 0n) misses++;
      continue;
    }
    messages++;
    const { skipped } = await applyMessage(message, databases);
    tools.deepEqual(skipped, []);
    // The last one of each run is applied, but not committed.
    if (messages < most) await message.commit();
  }
  return messages;
}

async function withCopy(
  tools: CaseTools,
  topicOptions: string,
  work: (topic: string, databases: { source: Connection; target: Connection }) => Promise<void>,
): Promise<void> {
  const { database } = tools;
  await using source = await tools.open() as Connection;
  await using target = await tools.connect(tools.url) as Connection;
  const topic = `${database}_topic`;
  await patiently(() => source.exec(`drop topic if exists ${topic}`));
  await source.exec(`create topic ${topic} ${topicOptions}`);
  await target.exec(`create database ${database}_copy precision 'us' keep 36500`);
  await target.use(`${database}_copy`);
  try {
    await work(topic, { source, target });
  } finally {
    await patiently(() => source.exec(`drop topic if exists ${topic}`));
    await target.exec(`drop database ${database}_copy`);
  }
}

async function compare(
  tools: CaseTools,
  { source, target }: { source: Connection; target: Connection },
  queries: readonly string[],
): Promise<void> {
  for (const sql of queries) {
    const [copied, original] = [await target.query(sql), await source.query(sql)];
    tools.deepEqual(copied.toArrays(), original.toArrays(), sql);
  }
}

const databaseOptions = "vgroups 3 precision 'us' keep 36500 wal_retention_period 3600";

/** Cases about copies. */
export const tmqReplicationCases: readonly Case[] = [
  {
    name:
      "applyMessage() copies tables, their changes, tags and rows of every type, also when it is stopped and goes on",
    needs: ["consumers", "statements"],
    databaseOptions,
    async run(tools) {
      await withCopy(tools, `with meta as database ${tools.database}`, async (topic, databases) => {
        await live(databases.source);
        for (const most of [1, 7, 20]) await copy(tools, topic, databases, most);
        tools.ok(await copy(tools, topic, databases, Infinity) > 0);
        await compare(tools, databases, [
          "select * from t order by ts",
          "select * from st order by tbname, ts",
          "select * from js order by tbname, ts",
          "select * from renamed order by ts",
          "select distinct tbname, a, u, f, label, n, vb, g, tt, bo from st order by tbname",
          "select distinct tbname, j from js order by tbname",
          "describe t",
          "describe st",
          "describe js",
          "describe renamed",
        ]);
        const tablesOf = async (db: Connection) =>
          (await db.query("show tables")).toArrays().map(([name]) => name).sort();
        tools.deepEqual(await tablesOf(databases.target), await tablesOf(databases.source));
      });
    },
  },
  {
    name:
      "applyMessage() makes tables that are older than the topic's metadata as the source has them",
    needs: ["consumers", "statements"],
    databaseOptions,
    async run(tools) {
      await withCopy(tools, `as database ${tools.database}`, async (topic, databases) => {
        const { source } = databases;
        await source.exec("create stable st (ts timestamp, v decimal(20, 4)) tags (serial bigint)");
        await source.exec(
          `insert into c1 using st tags (9007199254740993) values (${start}, 1.5) c2 using st tags (null) values (${start}, 2)`,
        );
        await source.exec("create table nt (ts timestamp, s nchar(4))");
        await source.exec(`insert into nt values (${start}, '字')`);
        await copy(tools, topic, databases, Infinity);
        await compare(tools, databases, [
          "select tbname, serial, ts, v from st order by tbname",
          "select * from nt",
        ]);
      });
    },
  },
  {
    name: "applyMessage() refuses databases of different precision",
    needs: ["consumers", "statements"],
    databaseOptions,
    async run(tools) {
      await withCopy(tools, `with meta as database ${tools.database}`, async (topic, databases) => {
        const { source, target } = databases;
        await source.exec("create table nt (ts timestamp, v int)");
        await target.exec(`create database ${tools.database}_ns precision 'ns'`);
        await target.use(`${tools.database}_ns`);
        try {
          await tools.rejects(copy(tools, topic, databases, Infinity), {
            name: "InterfaceError",
            message: /in us, .* in ns/,
          });
          tools.deepEqual((await target.query("show tables")).toArrays(), []);
        } finally {
          await target.exec(`drop database ${tools.database}_ns`);
        }
      });
    },
  },
  {
    name: "applyMessage() refuses rows of a query, which have no table",
    needs: ["consumers", "statements"],
    databaseOptions,
    async run(tools) {
      await using db = await tools.open();
      await db.exec("create table nt (ts timestamp, v int)");
      await withCopy(tools, "as select * from nt", async (topic, databases) => {
        await databases.source.exec(`insert into nt values (${start}, 1)`);
        await tools.rejects(copy(tools, topic, databases, Infinity), { name: "InterfaceError" });
      });
    },
  },
];

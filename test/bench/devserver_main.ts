/**
 * `npm run devserver:measure`: the embedded server in figures, with the server in a Node process of its own: its start, many
 * rows in and out over WebSocket and REST and the memory that takes, 200 connections of 50 statements.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { connect, type Connection } from "../../mod.ts";

const rows = Number(process.argv[2] ?? 5_000_000);
const rowsPerInsert = 30_000;
const children = 4;
const connections = 200;
const statements = 50;

interface Memory {
  rss: number;
  heapUsed: number;
}

function startServer(): ChildProcess {
  const script = new URL("devserver_process.js", import.meta.url).pathname;
  return spawn(process.execPath, ["--expose-gc", script], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
}

const child = startServer();
const [line] = await once(createInterface(child.stdout!), "line") as [string];
const [startText, url] = line.split(" ") as [string, string];

async function memory(): Promise<Memory> {
  child.send("memory");
  return (await once(child, "message"))[0] as Memory;
}

const rateText = (rate: number): string =>
  rate < 1e5 ? `${Math.round(rate)} /s` : `${(rate / 1e6).toFixed(2)} M/s`;

const inMiB = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** Prints how fast rows went and how much more memory the server held meanwhile than before. */
async function measure(name: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const before = await memory();
  let [most, isDone] = [before.rss, false];
  const startMs = performance.now();
  const running = work().finally(() => isDone = true);
  while (!isDone) {
    most = Math.max(most, (await memory()).rss);
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 200))]);
  }
  await running;
  const seconds = (performance.now() - startMs) / 1000;
  const { rss } = await memory();
  console.log(
    `${name.padEnd(44)}${rateText(count / seconds)}  memory before ${inMiB(before.rss)}, most +${
      inMiB(most - before.rss)
    }, after ${inMiB(rss)}`,
  );
}

async function insert(db: Connection): Promise<void> {
  await using statement = await db.prepare(
    "insert into ? using meters (g) tags (?) (ts, v, w) values (?, ?, ?)",
  );
  for (let at = 0; at < rows; at += rowsPerInsert) {
    const numbers = Array.from({ length: Math.min(rowsPerInsert, rows - at) }, (_, i) => at + i);
    const child = (at / rowsPerInsert) % children;
    statement.bind({
      name: `d${child}`,
      tags: [child],
      columns: [
        BigInt64Array.from(numbers, (i) => 1_700_000_000_000n + BigInt(i)),
        Int32Array.from(numbers),
        Float64Array.from(numbers, (i) => i / 7),
      ],
    });
    await statement.execute();
  }
}

async function selectSocket(db: Connection, sql: string, expected: number): Promise<void> {
  let read = 0;
  for await (const batch of db.query(sql).batches()) read += batch.rowCount;
  if (read !== expected) throw new Error(`${read} rows of ${sql}, not ${expected}`);
}

async function selectRest(sql: string): Promise<void> {
  const reply = await fetch(`${url.replace("ws:", "http:")}/rest/sql/measured`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("root:taosdata")}` },
    body: sql,
  });
  let tail = "";
  const decoder = new TextDecoder();
  for await (const piece of reply.body!) tail = (tail + decoder.decode(piece)).slice(-40);
  if (!tail.endsWith(`"rows":${rows}}`)) throw new Error(`the reply ends with ${tail}`);
}

async function runConnection(number: number): Promise<void> {
  await using db = await connect(`${url}/measured`);
  for (let i = 0; i < statements; i++) {
    const value = number * 1000 + i;
    if (await db.query(`select ${value}`).value() !== BigInt(value)) {
      throw new Error(`a mixed reply: ${value}`);
    }
  }
}

console.log(
  `${"createServer() in a process just started".padEnd(44)}${Math.round(Number(startText))} ms`,
);
{
  await using db = await connect(url);
  await db.exec("create database measured keep 36500 wal_retention_period 0");
  await db.use("measured");
  await db.exec("create stable meters (ts timestamp, v int, w double) tags (g int)");
  await measure(`stmt2, ${rows} rows`, rows, () => insert(db));
  await measure(
    "WebSocket: select * from meters",
    rows,
    () => selectSocket(db, "select * from meters", rows),
  );
  await measure("WebSocket: select * from d0 order by ts", rows / children, async () => {
    const count = Number(await db.query("select count(*) from d0").value());
    await selectSocket(db, "select * from d0 order by ts", count);
  });
  await measure("REST: select * from meters", rows, () => selectRest("select * from meters"));
}
const many = (): Promise<unknown> =>
  Promise.all(Array.from({ length: connections }, (_, number) => runConnection(number)));
await many();
const before = await memory();
await measure(
  `${connections} connections × ${statements} statements`,
  connections * statements,
  many,
);
const after = await memory();
console.log(
  `${"  heap in use before and after".padEnd(44)}${(before.heapUsed / 2 ** 20).toFixed(1)} MiB, ${
    (after.heapUsed / 2 ** 20).toFixed(1)
  } MiB`,
);
child.kill();

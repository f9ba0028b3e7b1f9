/** What official clients and hand-made requests sent to a real server, sent to the embedded one: the replies must agree. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { fixedSize } from "../../src/devserver/blocks.ts";

interface Line {
  dir: "open" | "client" | "server" | "note" | "close";
  text?: string;
  binary?: string;
}

/** A message as text or bytes. */
type Message = string | Buffer;

interface Exchange {
  request: Message;
  /** Null: no reply came. */
  reply: Message | null;
}

function readLines(name: string): Line[] {
  const text = readFileSync(new URL(`../golden/wire/${name}`, import.meta.url), "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

function toMessage(line: Line): Message {
  return line.text ?? Buffer.from(line.binary!, "base64");
}

function keyOf(message: Message, isRequest: boolean): string {
  if (typeof message !== "string") return String(message.readBigUInt64LE(isRequest ? 0 : 26));
  return /"req_id":(-?\d+)/.exec(message)?.[1] ?? "0";
}

/** Pairs each request with its reply: the next unused one with its id, else the one that follows directly. */
function pairUp(lines: Line[]): Exchange[] {
  const used = new Set<number>();
  const exchanges: Exchange[] = [];
  lines.forEach((line, at) => {
    if (line.dir !== "client") return;
    const request = toMessage(line);
    const isReply = (i: number) => lines[i]?.dir === "server" && !used.has(i);
    const follows = at + 1;
    let found = lines.findIndex((item, i) =>
      i > at && isReply(i) && keyOf(toMessage(item), false) === keyOf(request, true)
    );
    if (/"action":"(free_result|close)"/.test(String(request))) found = -1;
    else if (found < 0 && isReply(follows)) found = follows;
    if (found >= 0) used.add(found);
    exchanges.push({ request, reply: found < 0 ? null : toMessage(lines[found]!) });
  });
  return exchanges;
}

/** Sends one request and waits for one reply; null after a silence. */
async function exchange(
  socket: WebSocket,
  request: Message,
  isSilent: boolean,
): Promise<Message | null> {
  return await new Promise((resolve) => {
    const onMessage = (data: Buffer, isBinary: boolean) => {
      clearTimeout(timer);
      resolve(isBinary ? data : data.toString("utf8"));
    };
    const timer = setTimeout(() => {
      socket.off("message", onMessage);
      resolve(null);
    }, isSilent ? 60 : 10_000);
    socket.once("message", onMessage);
    socket.send(request);
  });
}

/** A frame with what varies from run to run cleared: time, group id, what lies in the slots of NULLs. */
function normaliseFrame(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  const isModern = copy.readBigUInt64LE(0) === 0xffff_ffff_ffff_ffffn;
  copy.fill(0, isModern ? 18 : 0, isModern ? 26 : 8);
  const isFinished = isModern && copy[50 + copy.readUInt32LE(38)] === 1;
  if (!isFinished) normaliseBlock(copy.subarray(isModern ? 55 : 16));
  return copy;
}

function normaliseBlock(block: Buffer): void {
  block.fill(0, 20, 28);
  const [rows, columns] = [block.readInt32LE(8), block.readInt32LE(12)];
  let at = 28 + 9 * columns;
  for (let i = 0; i < columns; i++) {
    const size = fixedSize(block.readInt8(28 + 5 * i));
    const dataAt = at + (size < 0 ? 4 * rows : (rows + 7) >> 3);
    for (let row = 0; row < rows && size > 0; row++) {
      const isNull = (block[at + (row >> 3)]! & (0x80 >> (row & 7))) !== 0;
      if (isNull) block.fill(0, dataAt + row * size, dataAt + (row + 1) * size);
    }
    at = dataAt + block.readInt32LE(28 + 5 * columns + 4 * i);
  }
}

/** Text without what varies: durations, groups of tables, and the version of the server that was recorded. */
function cleanText(text: string): string {
  return text.replace(/"timing":\d+/, '"timing":0').replace(/"vgIDs":\[[\d,]*\]/, '"vgIDs":[]')
    .replace('"VARCHAR",13', '"VARCHAR",7').replaceAll("3.3.7.5.alpha", "3.3.7.5");
}

/** A message in a form to compare; all 64-bit numbers keep their digits. */
function normalise(message: Message | null): unknown {
  if (message === null) return "no reply";
  if (typeof message !== "string") return normaliseFrame(message).toString("hex");
  return cleanText(message).replace(/"info":"ver:[^"]*"/, '"info":"…"');
}

let server: DevServer;

async function runSql(database: string, sql: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.port}/rest/sql/${database}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("root:taosdata")}` },
    body: sql,
  });
  const reply = await response.json() as { code: number; desc?: string };
  if (reply.code !== 0) throw new Error(`${sql.slice(0, 80)}: ${reply.desc}`);
}

/** Databases in the order in which the recorded server lists them. */
const DATABASES = [
  "g_us",
  "g_ns",
  "g_wide",
  "bench",
  "g_tags",
  "benchp",
  "g_old",
  "g_blob",
  "g_ms",
  "benchc",
  "benchw",
];

/** Creates the recorded server's databases, and `g_tags.meters` with its rows. */
async function createMeters(): Promise<void> {
  for (const name of DATABASES) await runSql("", `create database ${name} keep 36500`);
  await runSql(
    "g_tags",
    "create stable meters (ts timestamp, current float, voltage int, phase float) tags (groupid int, location varchar(24))",
  );
  const body = readFileSync(
    new URL("../golden/blocks/meters_12000.rest.json", import.meta.url),
    "utf8",
  );
  const tables = new Map<string, { tags: string; rows: string[] }>();
  for (const [ts, current, voltage, phase, group, location, table] of JSON.parse(body).data) {
    const entry = tables.get(table) ?? { tags: `${group}, '${location}'`, rows: [] };
    entry.rows.push(`('${ts}', ${current}, ${voltage}, ${phase})`);
    tables.set(table, entry);
  }
  for (const [name, { tags, rows }] of tables) {
    await runSql(
      "g_tags",
      `insert into ${name} using meters tags(${tags}) values ${rows.join(" ")}`,
    );
  }
  await runSql("g_tags", "insert into d2 values(1700009999001, 1, 2, 3) (1700009999002, 1, 2, 3)");
}

async function createRaw(): Promise<void> {
  await runSql("", "create database g_raw keep 36500");
  await runSql("g_raw", "create stable st (ts timestamp, v int, s varchar(10)) tags (t int)");
  await runSql(
    "g_raw",
    "insert into c1 using st tags(1) values(1700000000000, 1, 'a') (1700000000001, null, null)",
  );
}

async function replay(name: string): Promise<void> {
  const socket = new WebSocket(`${server.url}/ws`);
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const differences: unknown[] = [];
  for (const { request, reply } of pairUp(readLines(name))) {
    const actual = await exchange(socket, request, reply === null);
    const [got, wanted] = [normalise(actual), normalise(reply)];
    if (got !== wanted) {
      differences.push({
        request: typeof request === "string" ? request : request.toString("latin1"),
        wanted,
        got,
      });
    }
  }
  socket.terminate();
  expect(differences).toEqual([]);
}

interface RestCase {
  request: { method: string; path: string; body?: string; headers: Record<string, string> };
  response: { status: number; headers: Record<string, string>; body: string };
}

/** Requests over HTTP, without the database of the type tests. Schemaless writes go on where `py_sml.jsonl` ended. */
const restCases: RestCase[] = JSON.parse(
  readFileSync(new URL("../golden/rest.json", import.meta.url), "utf8"),
)
  .filter(({ request }: RestCase) => !/g_ns/.test(request.path));

describe("createServer()", () => {
  beforeAll(async () => {
    server = await createServer({ port: 0 });
    await createMeters();
  });
  afterAll(() => server.close());

  it.each([
    "py_query.jsonl",
    "py_stmt2.jsonl",
    "node_all_type_stmt.jsonl",
    "node_basicSchemaless.jsonl",
    "py_sml.jsonl",
  ])(
    "createServer() answers %s as the real server did",
    (name) => replay(name),
  );

  it("createServer() answers raw_ws_actions.jsonl as the real server did", async () => {
    await createRaw();
    await replay("raw_ws_actions.jsonl");
  });

  it.each(
    restCases.map((
      item,
    ) => [`${item.request.method} ${item.request.path} ${item.request.body ?? ""}`, item]),
  )(
    "createServer() answers %s as the real server did",
    async (_name, item) => {
      const { request, response } = item as RestCase;
      const authorization = request.headers.authorization?.replace(
        "<root:taosdata>",
        btoa("root:taosdata"),
      );
      const reply = await fetch(`http://127.0.0.1:${server.port}${request.path}`, {
        method: request.method,
        headers: authorization === undefined ? {} : { authorization },
        ...(request.method === "POST" ? { body: request.body ?? "" } : {}),
      });
      expect([reply.status, cleanText(await reply.text())]).toEqual([
        response.status,
        cleanText(response.body),
      ]);
      const contentType = reply.headers.get("content-type");
      expect(contentType).toBe(response.headers["content-type"] ?? null);
    },
  );

  it("createServer() holds the rows that the real server held after the schemaless writes", async () => {
    const reply = await fetch(`http://127.0.0.1:${server.port}/rest/sql/g_sml`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa("root:taosdata")}` },
      body: "select * from weather",
    });
    const recorded = readFileSync(
      new URL("../golden/wire/py_sml.weather.rest.json", import.meta.url),
      "utf8",
    );
    expect(await reply.json()).toEqual(JSON.parse(recorded));
  });

  it("createServer() has nothing left open after the replays", async () => {
    await expect.poll(() => [server.connections(), server.openResults(), server.openStatements()])
      .toEqual([0, 0, 0]);
  });
});

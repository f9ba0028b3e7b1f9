/** What a real server answered on `/rest/tmq`, and what the embedded one answers to the same requests. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { runSql } from "./devserver_tmq_client.ts";
import { readFrame, readPayload } from "./devserver_tmq_payload.ts";

interface Line {
  conn?: number;
  dir: "open" | "client" | "server" | "note" | "close";
  text?: string;
  binary?: string;
}

type Message = string | Buffer;

interface Exchange {
  request: string;
  /** Null: none came. */
  reply: Message | null;
}

function readLines(name: string): Line[] {
  const text = readFileSync(new URL(`../golden/wire/${name}`, import.meta.url), "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** Requests with the replies that follow them, by connection. */
function exchanges(name: string): Exchange[][] {
  const byConnection = new Map<number, Exchange[]>();
  for (const { conn = 0, dir, text, binary } of readLines(name)) {
    const list = byConnection.get(conn) ?? [];
    byConnection.set(conn, list);
    if (dir === "client") list.push({ request: text!, reply: null });
    if (dir === "server") list.at(-1)!.reply = text ?? Buffer.from(binary!, "base64");
  }
  return [...byConnection.values()];
}

/** A connection whose message ids are translated, since this server has a message that the recorded one had not. */
class Replay {
  readonly #socket: WebSocket;
  readonly #ids = new Map<number, number>();
  /** The vgroup, where the recorded server has another number for it. */
  #vgroup = "";
  readonly #isExtra: (meta: string) => boolean;
  #waiting: (reply: Message) => void = () => undefined;

  constructor(socket: WebSocket, isExtra: (meta: string) => boolean) {
    this.#socket = socket;
    this.#isExtra = isExtra;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.#waiting(isBinary ? data : data.toString("utf8"));
    });
  }

  async send(text: string, silenceMs = 5000): Promise<Message | null> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), silenceMs);
      this.#waiting = (reply) => {
        clearTimeout(timer);
        resolve(reply);
      };
      this.#socket.send(text);
    });
  }

  async exchange({ request, reply: recorded }: Exchange): Promise<Message | null> {
    const text = request.replace(
      /"message_id":(\d+)/,
      (_, id) => `"message_id":${this.#ids.get(Number(id)) ?? id}`,
    ).replace(/"blocking_time":\d+/, '"blocking_time":100')
      .replace(/"vgroup_id":\d+/, `"vgroup_id":${this.#vgroup}`);
    const reply = await this.send(text, recorded === null ? 100 : 5000);
    if (typeof reply !== "string" || typeof recorded !== "string") return reply;
    const id = /"have_message":true.*"message_id":(\d+)/.exec(reply)?.[1];
    if (id === undefined) return reply;
    this.#vgroup = /"vgroup_id":(\d+)/.exec(reply)![1]!;
    const meta = reply.includes('"message_type":2')
      ? String(await this.send(`{"action":"fetch_json_meta","args":{"message_id":${id}}}`))
      : "";
    if (this.#isExtra(meta)) {
      const again = text.replace(/"message_id":\d+/, `"message_id":${id}`);
      return await this.exchange({ request: again, reply: recorded });
    }
    const before = /"message_id":(\d+)/.exec(recorded)?.[1];
    this.#ids.set(Number(before), Number(id));
    return reply.replace(`"message_id":${id}`, `"message_id":${before}`);
  }

  close(): void {
    this.#socket.terminate();
  }
}

async function open(server: DevServer, isExtra: (meta: string) => boolean): Promise<Replay> {
  const socket = new WebSocket(`${server.url}/rest/tmq`);
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return new Replay(socket, isExtra);
}

/** Text without durations, numbers of vgroups, versions of the log, which other entries of a log shift, and message ids. */
function cleanText(text: string): string {
  return text.replace(/"timing":\d+/, '"timing":0').replace(
    /"vgroup_id":[1-9]\d*/g,
    '"vgroup_id":1',
  )
    .replaceAll("3.3.7.5.alpha", "3.3.7.5")
    .replace(/"(offset|end)":[1-9]\d*/g, '"$1":1')
    .replace(/"message_id":[1-9]\d*/g, '"message_id":1')
    .replace(/"(committed|position)":\[\d+\]/, '"$1":[1]');
}

/** A frame without duration, versions of the log, and the numbers and creation times of created tables. */
function cleanFrame(frame: Buffer): string {
  const copy = Buffer.from(frame);
  copy.fill(0, 18, 26);
  const { code, rawType, data } = readFrame(copy);
  const m = copy.readUInt32LE(38);
  copy.fill(0, 42 + m, 50 + m);
  if (code !== 0) return copy.toString("hex");
  const { created } = readPayload(data, rawType);
  const hex = (bytes: Buffer) => bytes.toString("hex");
  const tables = created.map((table) => {
    const body = Buffer.from(table);
    const name = body[5]!;
    body.fill(0, 6 + name, 22 + name);
    // After it: ttl, type, comment, name of the super table, number of tags, its number.
    const stable = 22 + name + 4 + 1 + 4;
    const id = stable + 1 + body[stable]! + 1;
    body.fill(0, id, id + 8);
    return hex(body);
  });
  // The two records of the payload's head.
  copy.fill(0, 56 + 6, 56 + 14);
  copy.fill(0, 56 + 15, 56 + 23);
  const tail = created.reduce((sum, table) => sum + table.length + 1, 0);
  const upTo = copy.length - tail;
  return hex(copy.subarray(0, upTo)) + tables.join(" ");
}

function clean(message: Message | null): string {
  if (message === null) return "no reply";
  return typeof message === "string" ? cleanText(message) : cleanFrame(message);
}

let server: DevServer;

async function replay(list: Exchange[], isExtra = (_meta: string) => false): Promise<void> {
  const connection = await open(server, isExtra);
  for (const exchange of list) {
    const reply = await connection.exchange(exchange);
    expect([exchange.request, clean(reply)]).toEqual([exchange.request, clean(exchange.reply)]);
  }
  connection.close();
}

describe("/rest/tmq beside the recorded server", () => {
  beforeAll(async () => {
    server = await createServer({ port: 0 });
  });
  afterAll(() => server.close());

  it("the official Python client gets the recorded replies", async () => {
    await runSql(
      server,
      "create database g_tmq vgroups 1 wal_retention_period 3600 keep 36500",
      "create stable g_tmq.meters (ts timestamp, current float, voltage int, note nchar(16), ok bool," +
        " u8 tinyint unsigned, u64 bigint unsigned) tags(groupid int, location varchar(24))",
      "create topic tp_sel as select ts, current, voltage, tbname from g_tmq.meters",
      "create topic tp_stb as stable g_tmq.meters",
      "create topic tp_db with meta as database g_tmq",
      "insert into " +
        [["d1", 2], ["device_100", 10], ["d2", 2]].map(([name, group]) =>
          `g_tmq.${name} using g_tmq.meters tags(${group}, 'loc-${name}') values` +
          " (1700000000000, 1.5, 220, '北京', true, 200, 18446744073709551615)" +
          " (1700000000001, null, null, null, null, null, null)"
        ).join(" "),
      "insert into g_tmq.d1 values (1700000000002, 2.5, 221, 'x', false, 255, 0)",
      "insert into g_tmq.device_100 values (1700000000003, 4.5, 223, '', true, 1, 2)",
      "insert into g_tmq.d2 values (1700000000002, 3.5, 222, 'y', true, 0, 1)",
      "create table g_tmq.nt (ts timestamp, v int)",
      "insert into g_tmq.nt values (1700000000005, 5)",
      "alter stable g_tmq.meters add column extra double",
      "insert into g_tmq.d1 (ts, extra) values (1700000000009, 9.75)",
    );
    for (const connection of exchanges("py_tmq.jsonl")) await replay(connection);
  });

  it("a session by hand gets the recorded replies and silences", async () => {
    await runSql(
      server,
      "create database g_rawt vgroups 1 wal_retention_period 3600 keep 36500",
      "create topic g_rt with meta as database g_rawt",
      "create stable g_rawt.st (ts timestamp, v int, s nchar(8), de decimal(12,3)) tags(t int, l varchar(8))",
      "create table g_rawt.c1 using g_rawt.st tags(1, 'one')",
      "insert into g_rawt.c1 values (1700000000000, 1, '北京', 1.5) (1700000000001, null, null, null)",
      "alter stable g_rawt.st add column extra double",
      "alter stable g_rawt.st modify column s nchar(16)",
      "alter table g_rawt.c1 set tag t = 11",
      "create table g_rawt.sjt (ts timestamp, v int)",
      "insert into g_rawt.sjt values (1700000000000, 5)",
      "delete from g_rawt.c1 where ts = 1700000000001",
      "create stable g_rawt.sj (ts timestamp, v int) tags(j json)",
      "create table g_rawt.c2 using g_rawt.st tags(2, 'two')",
      "drop table g_rawt.c2",
      "alter stable g_rawt.st drop column extra",
      "drop stable g_rawt.sj",
    );
    const [session] = exchanges("raw_tmq_session.jsonl");
    await replay(
      session!,
      (meta) => meta.includes('"tableName":"c2"') && meta.includes('"create"'),
    );
  });

  it("failing subscriptions get the recorded replies", async () => {
    await replay(exchanges("raw_tmq_actions.jsonl")[0]!);
  });
});

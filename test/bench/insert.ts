/**
 * How fast rows go out through prepared statements, beside the same frames encoded beforehand and sent by a bare socket
 * to the same server: the embedded one, which takes about as long for the rows as a real one, and one that acknowledges
 * at once, so that only the client's work and the round trips count.
 *
 *     bun test/bench/insert_main.ts
 *
 * @module
 */
import { WebSocket } from "ws";
import { connect, type Connection, initCodec } from "../../mod.ts";
import { type Columns, convertRows } from "../../src/statements/bound_tables.ts";
import { encodeBindRequest } from "../../src/statements/encode.ts";
import { firstOutput, start } from "./child.ts";
import type { Measurement } from "./decode.ts";
import { placeholder } from "./encode.ts";
import { undisturbed } from "./undisturbed.ts";

const rowsPerExecute = 10_000;
const warmUpRounds = 3;
const rounds = 17;
const sql = "insert into readings (ts, current, voltage, site) values (?, ?, ?, ?)";
const placeholders = [
  placeholder("ts", 9),
  placeholder("current", 6),
  placeholder("voltage", 4),
  placeholder("site", 8, 24),
];

const rowNumbers = Array.from({ length: rowsPerExecute }, (_, row) => row);
const columns: Columns = {
  ts: BigInt64Array.from(rowNumbers, (row) => 1_700_000_000_000n + BigInt(row)),
  current: Float32Array.from(rowNumbers, (row) => (row % 100) / 7),
  voltage: Int32Array.from(rowNumbers, (row) => 200 + row % 20),
  site: rowNumbers.map((row) => `California.SF${row % 10}`),
};
const rowObjects = rowNumbers.map((row) => ({
  ts: 1_700_000_000_000 + row,
  current: (row % 100) / 7,
  voltage: 200 + row % 20,
  site: `California.SF${row % 10}`,
}));

/** Executes once. */
type Execute = () => Promise<unknown>;

/** A way to insert. */
type Contender = readonly [name: string, open: () => Promise<Execute> | Execute];

/** A server, and how many executes make a sample. */
interface Subject {
  readonly name: string;
  readonly script: string;
  readonly executes: number;
}

const subjects: readonly Subject[] = [
  { name: "embedded server", script: "embedded_server", executes: 4 },
  { name: "no work", script: "ack_server", executes: 12 },
];

/** A socket that waits for one reply to each message of a statement. */
async function openSocket(url: string) {
  const socket = new WebSocket(`${url}/ws`, { perMessageDeflate: false });
  await new Promise((resolve) => socket.on("open", resolve));
  const waiting = new Map<string, (reply: { stmt_id?: number }) => void>();
  socket.on("message", (data: Buffer) => {
    const reply = JSON.parse(data.toString()) as { req_id: number; stmt_id?: number };
    waiting.get(String(reply.req_id))!(reply);
  });
  let reqId = 0;
  const request = (action: string, args: object) =>
    new Promise<{ stmt_id?: number }>((resolve) => {
      waiting.set(String(++reqId), resolve);
      socket.send(JSON.stringify({ action, args: { req_id: reqId, ...args } }));
    });
  await request("conn", { user: "root", password: "taosdata", db: "bench" });
  return {
    request,
    send: (frame: Uint8Array, statement: number) =>
      new Promise((resolve) => {
        waiting.set(String(++reqId), resolve);
        const head = new DataView(frame.buffer, frame.byteOffset);
        head.setBigUint64(0, BigInt(reqId), true);
        head.setBigUint64(8, BigInt(statement), true);
        socket.send(frame);
      }),
    close: () => socket.close(),
  };
}

type Socket = Awaited<ReturnType<typeof openSocket>>;

async function encodedBeforehand(socket: Socket): Promise<Execute> {
  const codec = await initCodec();
  const values = placeholders.map(({ field }) => columns[field.name]!);
  const frame = encodeBindRequest(
    {
      names: null,
      counts: Uint32Array.of(rowsPerExecute),
      order: null,
      tags: [],
      columns: convertRows(placeholders, values, [0, rowsPerExecute], codec),
    },
    placeholders,
    codec,
  );
  const { stmt_id = 0 } = await socket.request("stmt2_init", {});
  await socket.request("stmt2_prepare", { stmt_id, sql, get_fields: true });
  return async () => {
    await socket.send(frame, stmt_id);
    await socket.request("stmt2_exec", { stmt_id });
  };
}

async function byColumns(db: Connection): Promise<Execute> {
  const statement = await db.prepare(sql);
  return () => statement.bind({ columns }).execute();
}

async function byRows(db: Connection): Promise<Execute> {
  const statement = await db.prepare(sql);
  return () => {
    for (const row of rowObjects) statement.bindRow(row);
    return statement.execute();
  };
}

/** Rows a second of each contender, in interleaved rounds. */
async function measure(
  contenders: readonly Contender[],
  executes: number,
  inFlight: number,
): Promise<number[]> {
  const lanes = Array.from({ length: inFlight });
  const opened = await Promise.all(
    contenders.map(([, open]) => Promise.all(lanes.map(() => open()))),
  );
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const [i, each] of opened.entries()) {
      const startMs = performance.now();
      await Promise.all(each.map(async (execute) => {
        for (let n = 0; n < executes / inFlight; n++) await execute();
      }));
      if (round >= warmUpRounds) samples[i]!.push(performance.now() - startMs);
    }
  }
  return samples.map((times) => rowsPerExecute * executes / undisturbed(times) * 1000);
}

async function openTable(url: string): Promise<Connection> {
  const db = await connect(url);
  await db.exec("create database bench keep 36500");
  await db.use("bench");
  await db.exec(
    "create table readings (ts timestamp, current float, voltage int, site varchar(24))",
  );
  return db;
}

async function benchServer({ name, script, executes }: Subject): Promise<Measurement[]> {
  const server = start(script);
  try {
    const url = `ws://127.0.0.1:${await firstOutput(server)}`;
    await using db = await openTable(url);
    const socket = await openSocket(url);
    const contenders: readonly Contender[] = [
      ["encoded beforehand", () => encodedBeforehand(socket)],
      ["by columns", () => byColumns(db)],
      ["by row objects", () => () => db.insert("readings", rowObjects)],
      ["by bindRow()", () => byRows(db)],
    ];
    const found: Measurement[] = [];
    for (const inFlight of [1, 4]) {
      const speeds = await measure(contenders, executes, inFlight);
      const of = (contender: string) => `insert ${contender}, ${inFlight} at once, ${name}`;
      contenders.forEach(([contender], i) =>
        found.push({ name: of(contender), value: speeds[i]!, unit: "rows/s" })
      );
      for (const [i, [contender]] of [...contenders.entries()].slice(1)) {
        const value = speeds[i]! / speeds[0]!;
        found.push({ name: `${of(contender)} : beforehand`, value, unit: "times" });
      }
    }
    socket.close();
    return found;
  } finally {
    server.kill();
  }
}

/** Measures inserts with one statement in flight, and with four. */
export async function benchInsert(): Promise<Measurement[]> {
  const found = [];
  for (const subject of subjects) found.push(...await benchServer(subject));
  return found;
}

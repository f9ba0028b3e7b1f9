/**
 * How fast a result is pulled over WebSocket: undecoded, to columns, to row objects, in turns on one server of recorded
 * blocks; unpaced, and paced as a real server delivers (1.5 M rows/s).
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { WebSocket } from "ws";
import { connect, type Connection } from "../../mod.ts";
import type { Measurement } from "./decode.ts";

const rows = 1_000_000;
const pacedRate = 1_500_000;
const rounds = 5;
/** Keeps results, so that no work can be left out. */
export let sink: unknown;

type Pull = (sql: string) => Promise<void>;

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const script = new URL(
    import.meta.url.endsWith(".ts") ? "replay_server.ts" : "replay_server.js",
    import.meta.url,
  );
  const child = spawn(process.execPath, [script.pathname], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = await once(child.stdout!, "data");
  return { child, url: `ws://127.0.0.1:${String(port).trim()}` };
}

/** The blocks as they come, one asked for after the other; what the socket itself carries. */
async function rawPull(url: string): Promise<Pull> {
  const socket = new WebSocket(`${url}/ws`, { perMessageDeflate: false });
  await once(socket, "open");
  const frame = (action: number, text: string) => {
    const bytes = Buffer.alloc(30 + text.length);
    bytes.writeUInt8(action, 16);
    bytes.writeUInt16LE(1, 24);
    bytes.writeUInt32LE(text.length, 26);
    bytes.write(text, 30);
    return bytes;
  };
  return (sql) =>
    new Promise((resolve) => {
      const fetch = frame(7, "");
      const onMessage = (data: Buffer) => {
        sink = data;
        if (data.length > 51 || data[0] !== 0xff) socket.send(fetch);
        else {
          socket.off("message", onMessage);
          resolve();
        }
      };
      socket.on("message", onMessage);
      socket.send(frame(6, sql));
    });
}

async function seconds(pull: Pull, rate: number): Promise<number> {
  const start = performance.now();
  await pull(`rows=${rows} rate=${rate}`);
  return (performance.now() - start) / 1000;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

function pulls(db: Connection, raw: Pull): [name: string, pull: Pull][] {
  return [
    ["undecoded", raw],
    ["columns", async (sql) => {
      for await (const batch of db.query(sql).batches()) sink = batch;
    }],
    ["rows", async (sql) => {
      for await (const batch of db.query(sql).batches()) sink = batch.rows();
    }],
  ];
}

async function measure(
  contenders: [string, Pull][],
  label: string,
  rate: number,
): Promise<Measurement[]> {
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, pull]] of contenders.entries()) {
      const time = await seconds(pull, rate);
      if (round > 0) samples[i]!.push(time);
    }
  }
  const speeds = samples.map((times) => rows / median(times));
  return [
    ...contenders.map(([name], i) => ({
      name: `${label} ${name}`,
      value: speeds[i]!,
      unit: "rows/s",
    })),
    ...[1, 2].map((i) => ({
      name: `${label} ${contenders[i]![0]} : undecoded`,
      value: speeds[i]! / speeds[0]!,
      unit: "times",
    })),
  ];
}

/** Measures the pull of 1,000,000 rows. */
export async function benchPull(): Promise<Measurement[]> {
  const { child, url } = await startServer();
  try {
    await using db = await connect(url);
    const contenders = pulls(db, await rawPull(url));
    const unpaced = await measure(contenders, "pull unpaced", 0);
    return [...unpaced, ...await measure(contenders, "pull at 1.5 M rows/s", pacedRate)];
  } finally {
    child.kill();
  }
}

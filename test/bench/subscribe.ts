/**
 * How fast a subscription gives 1,000,000 rows: the messages undecoded, as columns, and as row objects, in turns on one
 * server of recorded blocks; unpaced, and paced as a real server delivers (1.5 M rows/s). What the decoding alone costs,
 * and how much memory a consumer takes whose work is slow.
 *
 * @module
 */
import { once } from "node:events";
import process from "node:process";
import { WebSocket } from "ws";
import { type Consumer, initCodec, type Message, subscribe } from "../../mod.ts";
import { firstOutput, start } from "./child.ts";
import type { Measurement } from "./decode.ts";

const rows = 1_000_000;
const pacedRate = 1_500_000;
const rounds = 5;
/** What a slow consumer does with a message; of its rows, 216 MB as messages, only a few may be in memory. */
const slowWorkMs = 2;
const slowRows = 4 * rows;
/** Keeps results, so that no work can be left out. */
export let sink: unknown;

/** Reads all rows; how many. */
type Pull = (url: string, groupId: string) => Promise<number>;

/** Frames that the server sends over and over. */
const frames: Buffer[] = [];

/** Poll and fetch, one after the other, as the client does; frames stay as they are. */
async function pullUndecoded(url: string, groupId: string): Promise<number> {
  const socket = new WebSocket(`${url}/rest/tmq`, { perMessageDeflate: false });
  await once(socket, "open");
  let reqId = 0;
  const ask = async (action: string, args: object) => {
    socket.send(JSON.stringify({ action, args: { req_id: ++reqId, ...args } }));
    const [data] = await once(socket, "message") as [Buffer];
    return data;
  };
  await ask("subscribe", { group_id: groupId, topics: ["t"] });
  let messageId = 0;
  for (;;) {
    const reply = await ask("poll", { blocking_time: 250, message_id: messageId });
    const polled = JSON.parse(reply.toString()) as { have_message: boolean; message_id: number };
    if (!polled.have_message) break;
    messageId = polled.message_id;
    const frame = await ask("fetch_raw_data", { message_id: messageId });
    if (frames.length < 3) frames.push(frame);
    sink = frame;
  }
  socket.terminate();
  return rows;
}

/** Reads by the client until nothing is left. */
async function pull(
  url: string,
  groupId: string,
  work: (message: Message) => void | Promise<void>,
  wanted = rows,
): Promise<number> {
  const options = { topics: ["t"], groupId, offsetReset: "earliest", autoCommit: false } as const;
  const consumer: Consumer = await subscribe(url, options);
  let count = 0;
  while (count < wanted) {
    const message = await consumer.poll(5_000);
    if (message === null) throw new Error(`only ${count} rows came`);
    for (const block of message.blocks) count += block.rowCount;
    await work(message);
  }
  await consumer.close();
  return count;
}

/** Decodes the messages of all rows, without a connection. */
async function decode(): Promise<number> {
  const codec = await initCodec();
  let count = 0;
  for (let i = 0; count < rows; i++) {
    // The payload begins behind the head of the frame (protocol.md §5.5).
    const blocks = codec.decodeTmq(frames[i % frames.length]!.subarray(56));
    for (const block of blocks) count += block.rowCount;
    sink = blocks;
  }
  return count;
}

const contenders: readonly [name: string, pull: Pull][] = [
  ["undecoded", pullUndecoded],
  ["columns", (url, groupId) =>
    pull(url, groupId, (message) => {
      sink = message.blocks.map(({ columns }) => columns);
    })],
  ["rows", (url, groupId) =>
    pull(url, groupId, (message) => {
      sink = message.rows();
    })],
  ["decode alone", decode],
];

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

async function measure(url: string, label: string, rate: number): Promise<Measurement[]> {
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, run]] of contenders.entries()) {
      const startMs = performance.now();
      await run(url, `rows=${rows} rate=${rate}`);
      if (round > 0) samples[i]!.push((performance.now() - startMs) / 1000);
    }
  }
  const seconds = samples.map(median);
  return [
    ...contenders.map(([name], i) => ({
      name: `${label} ${name}`,
      value: rows / seconds[i]!,
      unit: "rows/s",
    })),
    ...[1, 3].map((i) => ({
      name: `${label} ${contenders[i]![0]} : undecoded, time`,
      value: seconds[i]! / seconds[0]!,
      unit: "times",
    })),
  ];
}

/** Most memory of this process above what it had before, while a consumer works at some pace. */
async function residentMegabytes(url: string): Promise<number> {
  const startBytes = process.memoryUsage.rss();
  let most = startBytes;
  const work = async (message: Message) => {
    sink = message.blocks;
    most = Math.max(most, process.memoryUsage.rss());
    await new Promise((resolve) => setTimeout(resolve, slowWorkMs));
  };
  await pull(url, `rows=${slowRows} rate=0`, work, slowRows);
  return (most - startBytes) / 2 ** 20;
}

/** Measures a subscription to 1,000,000 rows. */
export async function benchSubscribe(): Promise<Measurement[]> {
  const child = start("topic_server");
  try {
    const url = `ws://127.0.0.1:${await firstOutput(child)}`;
    const slow = await residentMegabytes(url);
    const unpaced = await measure(url, "subscribe unpaced", 0);
    const paced = await measure(url, "subscribe at 1.5 M rows/s", pacedRate);
    const name = `subscribe ${slowRows / 1e6} M rows, ${slowWorkMs} ms of work a message`;
    return [...unpaced, ...paced, { name, value: slow, unit: "MiB more" }];
  } finally {
    child.kill();
  }
}

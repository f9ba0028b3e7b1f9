/**
 * Consumers that are killed, and connections that are cut, at random points of 100,000 rows on the embedded server.
 *
 * `TDWIRE_KILL_POINTS` says how many points (50 on Node, 20 elsewhere).
 *
 * @module
 */
import { spawn } from "node:child_process";
import { connect as connectTcp, createServer as createTcpServer, type Socket } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Consumer, type Message, subscribe } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { type Random, randomOf, testSeed } from "../support/seed.ts";
import type { FailureTools, Runtime } from "./case.ts";

const rowCount = 100_000;
const rowsPerTable = 250;
const pointsOf = (runtime: Runtime) =>
  Number(process.env["TDWIRE_KILL_POINTS"] ?? (runtime === "node" ? 50 : 20));
const options = {
  topics: ["tp"],
  groupId: "killed",
  offsetReset: "earliest",
  autoCommit: false,
  config: { "min.poll.rows": "1" },
} as const;

/** What consumers were given. */
class Seen {
  readonly values = new Set<number>();
  readonly #messages = new Set<string>();
  /** How many messages were given again. */
  repeated = 0;

  add(vgroupId: number, offset: bigint, values: Iterable<number>): void {
    const key = `${vgroupId} ${offset}`;
    if (this.#messages.has(key)) this.repeated++;
    this.#messages.add(key);
    for (const value of values) this.values.add(value);
  }

  addMessage({ vgroupId, offset, blocks }: Message): void {
    this.add(
      vgroupId,
      offset,
      blocks.flatMap((block) => [...block.column("v").toArray()] as number[]),
    );
  }

  get messages(): number {
    return this.#messages.size;
  }
}

async function fill(server: DevServer, { connect }: FailureTools): Promise<void> {
  await using db = await connect(server.url);
  await db.exec("create database d vgroups 4 keep 36500");
  await db.use("d");
  await db.exec("create stable st (ts timestamp, v int) tags (g int)");
  await db.exec("create topic tp as select ts, v from st");
  const part = (from: number) => {
    const rows = Array.from(
      { length: rowsPerTable },
      (_, i) => `(${1_700_000_000_000 + from + i}, ${from + i})`,
    );
    const table = from / rowsPerTable % 50;
    return `c${table} using st tags (${table}) values ${rows.join(" ")}`;
  };
  for (let from = 0; from < rowCount; from += 2 * rowsPerTable) {
    await db.exec(`insert into ${part(from)} ${part(from + rowsPerTable)}`);
  }
}

/** A consumer in a process of its own, killed some time after it has told so many messages. */
async function killProcess(
  server: DevServer,
  { runtime }: FailureTools,
  seen: Seen,
  after: number,
  delayMs: number,
): Promise<void> {
  const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const script = pathOf("tmq_killed_consumer.mjs");
  // Node cannot read the sources.
  const client = new URL(
    runtime === "node" ? "../../dist/mod.js" : "../../mod.ts",
    import.meta.url,
  );
  const flags = runtime === "deno" ? ["run", "-A", "--no-check"] : [];
  const child = spawn(process.execPath, [...flags, script, client.href, server.url, "tp"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  let told = 0;
  const lines = createInterface(child.stdout);
  const stopped = new Promise<void>((resolve) => {
    const stop = () => setTimeout(() => resolve(void child.kill("SIGKILL")), delayMs);
    lines.on("line", (line) => {
      const [vgroupId, offset, ...values] = line.split(" ");
      seen.add(Number(vgroupId), BigInt(offset!), values.map(Number));
      if (++told === after) stop();
    });
    if (after === 0) stop();
    // There may be fewer messages left.
    const limit = setTimeout(stop, 10_000);
    void ended.then(() => clearTimeout(limit));
    void ended.then(() => resolve());
  });
  await stopped;
  await ended;
}

/** Passes connections on, and cuts them. */
class Proxy {
  readonly #sockets = new Set<Socket>();
  /** Bytes from the server after which connections are cut. */
  #left = Infinity;
  readonly #listener;

  constructor(port: number) {
    this.#listener = createTcpServer((client) => {
      const server = connectTcp(port, "127.0.0.1");
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          client.destroy();
          server.destroy();
        });
      }
      client.on("data", (bytes) => server.write(bytes));
      server.on("data", (bytes: Uint8Array) => {
        client.write(bytes.subarray(0, Math.min(bytes.length, this.#left)));
        this.#left -= bytes.length;
        if (this.#left <= 0) this.#cut();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#listener.listen(0, "127.0.0.1", resolve));
    return `ws://127.0.0.1:${(this.#listener.address() as { port: number }).port}`;
  }

  /** Cuts all connections after so many more bytes from the server. */
  cutAfter(bytes: number): void {
    this.#left = bytes;
    if (bytes === 0) this.#cut();
  }

  #cut(): void {
    this.#left = Infinity;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#cut();
    this.#listener.close();
  }
}

/** The next message, and its commit; both outlast a connection that is cut. */
async function consumeOne(consumer: Consumer, seen: Seen): Promise<boolean> {
  const message = await persistent(() => consumer.poll(2_000));
  if (message === null) return false;
  seen.addMessage(message);
  await persistent(() => message.commit());
  return true;
}

async function persistent<T>(work: () => Promise<T>): Promise<T> {
  for (let i = 0;; i++) {
    try {
      return await work();
    } catch (error) {
      if (i >= 5 || (error as Error).name !== "ConnectionError") throw error;
    }
  }
}

/** A consumer whose connection is cut, and which goes on. */
async function cutConnection(proxy: Proxy, url: string, seen: Seen, random: Random): Promise<void> {
  await using consumer = await subscribe(url, options);
  for (let i = random(6); i > 0; i--) await consumeOne(consumer, seen);
  proxy.cutAfter(random(3) === 0 ? 0 : random(8_000));
  for (let i = 0; i < 3; i++) await consumeOne(consumer, seen);
}

/** Kills and cuts consumers at random points; checks that each row came, and how many messages came again. */
export async function killAtRandomPoints(tools: FailureTools): Promise<void> {
  const points = pointsOf(tools.runtime);
  const seed = testSeed();
  console.log(`kill points: ${points}, TDWIRE_TEST_SEED=${seed}`);
  const random = randomOf(seed);
  await using server = await createServer({ port: 0 });
  await fill(server, tools);
  const proxy = new Proxy(server.port);
  const url = await proxy.listen();
  const seen = new Seen();
  const startMs = performance.now();
  try {
    for (let point = 0; point < points; point++) {
      if (point % 2 === 0) {
        await killProcess(server, tools, seen, random(8), random(10));
      } else await cutConnection(proxy, url, seen, random);
      const kills = point + 1;
      tools.ok(seen.repeated <= kills, `${seen.repeated} messages again, ${kills} kills`);
    }
    await using consumer = await subscribe(server.url, options);
    for (let misses = 0; misses < 2;) {
      if (!await consumeOne(consumer, seen)) misses++;
    }
  } finally {
    proxy.close();
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const figures =
    `${seen.values.size} rows in ${seen.messages} messages, ${seen.repeated} of them again`;
  console.log(`kill points: ${figures}, ${seconds} s on ${tools.runtime}`);
  tools.equal(seen.values.size, rowCount);
}

/** A consumer by hand on `/rest/tmq`, and SQL over HTTP, for tests. */

import type { DevServer } from "../../src/devserver/mod.ts";
import { openClient, type TestClient } from "./devserver_client.ts";
import {
  type ReadBlock,
  readFrame,
  type ReadPayload,
  readPayload,
} from "./devserver_tmq_payload.ts";

/** Runs statements; throws at the first that fails. Returns the rows of the last. */
export async function runSql(server: DevServer, ...statements: string[]): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  for (const sql of statements) {
    const reply = await trySql(server, sql);
    if (reply.code !== 0) throw new Error(`${sql.slice(0, 100)}: ${reply.desc}`);
    rows = reply.data ?? [];
  }
  return rows;
}

/** Runs a statement and returns the reply, whatever it is. */
export async function trySql(
  server: DevServer,
  sql: string,
): Promise<{ code: number; desc?: string; data?: unknown[][] }> {
  const response = await fetch(`http://127.0.0.1:${server.port}/rest/sql`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("root:taosdata")}` },
    body: sql,
  });
  return await response.json();
}

type Fields = Record<string, unknown>;

/** A message that has been fetched. */
export interface Received {
  poll: Fields & { vgroup_id: number; message_type: number; message_id: number; offset: number };
  payload: ReadPayload | null;
  /** What `fetch_json_meta` gave. */
  meta: Fields | null;
}

/** A consumer. */
export class HandConsumer {
  readonly client: TestClient;
  lastMessage = 0;
  #reqId = 0;

  constructor(client: TestClient) {
    this.client = client;
  }

  async ask(action: string, args: Fields = {}): Promise<Fields> {
    return await this.client.request(action, { req_id: ++this.#reqId, ...args });
  }

  /** Polls and fetches; null when no message came. */
  async next(blockingMs = 200): Promise<Received | null> {
    const reply = await this.ask("poll", {
      blocking_time: blockingMs,
      message_id: this.lastMessage,
    });
    if (reply.code !== 0) throw new Error(JSON.stringify(reply));
    if (reply.have_message !== true) return null;
    const poll = reply as Received["poll"];
    this.lastMessage = poll.message_id;
    const meta = poll.message_type === 1
      ? null
      : (await this.ask("fetch_json_meta", { message_id: poll.message_id })).data as Fields;
    if (poll.message_type === 2) return { poll, payload: null, meta };
    const frame = readFrame(
      await this.ask("fetch_raw_data", { message_id: poll.message_id }) as unknown as Uint8Array,
    );
    return { poll, payload: readPayload(frame.data, frame.rawType), meta };
  }

  /** Receives until nothing comes any more. */
  async all(blockingMs = 100): Promise<Received[]> {
    const received: Received[] = [];
    for (
      let item = await this.next(blockingMs);
      item !== null;
      item = await this.next(blockingMs)
    ) {
      received.push(item);
    }
    return received;
  }

  close(): void {
    this.client.close();
  }
}

/** Opens a connection without subscribing. */
export async function openConsumer(server: DevServer): Promise<HandConsumer> {
  return new HandConsumer(await openClient(server.url, { path: "/rest/tmq" }));
}

/** Opens a connection and subscribes. */
export async function subscribe(
  server: DevServer,
  topics: string[],
  group: string,
  args: Fields = {},
): Promise<HandConsumer> {
  const consumer = await openConsumer(server);
  const reply = await consumer.ask("subscribe", {
    user: "root",
    password: "taosdata",
    group_id: group,
    topics,
    offset_reset: "earliest",
    ...args,
  });
  if (reply.code !== 0) throw new Error(JSON.stringify(reply));
  return consumer;
}

/** The blocks of messages, one after the other. */
export function blocksOf(received: Received[]): ReadBlock[] {
  return received.flatMap(({ payload }) => payload?.blocks ?? []);
}

/** A database that is copied to another one of the same server, as tests of copies take it. */

import { expect } from "vitest";
import { applyMessage, connect, type Connection, subscribe } from "../../mod.ts";
import type { Message } from "../../src/tmq/message.ts";

/** The time of the tests' rows, in milliseconds. */
export const start = 1_700_000_000_000;

/** Runs statements one behind the other. */
export async function run(db: Connection, ...statements: string[]): Promise<void> {
  for (const sql of statements) await db.exec(sql);
}

/** Two databases of two vgroups each, `original` with a topic of all its changes, and `copy`. */
export class CopiedDatabase implements AsyncDisposable {
  readonly source: Connection;
  readonly target: Connection;
  readonly #url: string;

  private constructor(url: string, source: Connection, target: Connection) {
    this.#url = url;
    this.source = source;
    this.target = target;
  }

  /** Makes both anew. */
  static async make(url: string): Promise<CopiedDatabase> {
    const [source, target] = [await connect(url), await connect(url)];
    await run(source, "drop topic if exists tp");
    for (const [db, name] of [[source, "original"], [target, "copy"]] as const) {
      await run(db, `drop database if exists ${name}`);
      await run(db, `create database ${name} vgroups 2 wal_retention_period 3600`, `use ${name}`);
    }
    await run(source, "create topic tp with meta as database original");
    return new CopiedDatabase(url, source, target);
  }

  /** All messages that have not been polled yet, one vgroup's behind the other's; those of the one with rows first. */
  async poll(): Promise<Message[]> {
    await using consumer = await subscribe(this.#url, {
      topics: ["tp"],
      groupId: "copy",
      offsetReset: "earliest",
    });
    const messages: Message[] = [];
    // A busy machine may be late with a message.
    for (let message; (message = await consumer.poll(300)) || await consumer.lag() > 0n;) {
      if (message !== null) messages.push(message);
    }
    const ahead = messages.find(({ blocks }) => blocks.length > 0)?.vgroupId;
    const place = ({ vgroupId }: Message) => vgroupId === ahead ? 0 : vgroupId;
    return messages.sort((one, other) => place(one) - place(other));
  }

  /** Applies messages. */
  async apply(messages: readonly Message[]): Promise<void> {
    for (const message of messages) await applyMessage(message, this);
  }

  /** Applies messages, and then again from each of them on. */
  async applyAgain(messages: readonly Message[]): Promise<void> {
    await this.apply(messages);
    for (const again of messages.keys()) await this.apply(messages.slice(again));
  }

  /** Checks that queries give the same of both. */
  async same(...queries: string[]): Promise<void> {
    const read = async (db: Connection, sql: string) => (await db.query(sql)).toArrays();
    for (const sql of queries) {
      expect([sql, await read(this.target, sql)]).toEqual([sql, await read(this.source, sql)]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.close();
    await this.target.close();
  }
}

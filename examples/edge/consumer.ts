/**
 * A Durable Object that follows a topic and counts its rows. Any request starts it; its alarm starts it again after it
 * was evicted, and the group goes on from what was committed, so no row is left out.
 */
import { subscribe } from "tdwire/edge";

interface Environment {
  readonly TDENGINE_URL: string;
  readonly FOLLOWER: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

interface Storage {
  get(key: string): Promise<number | undefined>;
  put(key: string, value: number): Promise<void>;
  setAlarm(atMs: number): Promise<void>;
}

export class Follower {
  readonly #storage: Storage;
  readonly #url: string;
  #following: Promise<void> | undefined;

  constructor({ storage }: { storage: Storage }, { TDENGINE_URL }: Environment) {
    this.#storage = storage;
    this.#url = TDENGINE_URL;
  }

  async fetch(): Promise<Response> {
    await this.alarm();
    return Response.json({ rows: await this.#storage.get("rows") ?? 0 });
  }

  async alarm(): Promise<void> {
    const end = () => this.#following = undefined;
    this.#following ??= this.#follow().catch(console.error).finally(end);
    await this.#storage.setAlarm(Date.now() + 30_000);
  }

  async #follow(): Promise<void> {
    const group = { groupId: "follower", offsetReset: "earliest", autoCommit: false } as const;
    const consumer = await subscribe(this.#url, { topics: ["power_all"], ...group });
    try {
      for await (const message of consumer) {
        const count = message.blocks.reduce((sum, { rowCount }) => sum + rowCount, 0);
        await this.#storage.put("rows", (await this.#storage.get("rows") ?? 0) + count);
        await message.commit(); // what was not stored comes again
      }
    } finally {
      await consumer.close();
    }
  }
}

export default {
  fetch: (request: Request, { FOLLOWER }: Environment): Promise<Response> =>
    FOLLOWER.get(FOLLOWER.idFromName("power")).fetch(request),
};

/**
 * A scripted server with a topic of some vgroups, as protocol.md §5 and §12 describe `/rest/tmq`: groups, commits,
 * acknowledged messages, seeks.
 *
 * @module
 */
import type { Received } from "./fake_frames.ts";
import { dataPayload, rawDataFrame } from "./fake_payload.ts";
import type { Handler, Peer, Script } from "./fake_server.ts";

/** An entry of a log: rows, or the creation of a table. */
export interface LogEntry {
  readonly values: readonly number[] | null;
}

interface CachedMessage {
  readonly id: number;
  readonly vgroupId: number;
  /** Place of the entry in its log. */
  readonly at: number;
}

interface ConsumerState {
  readonly group: string;
  readonly reset: string;
  readonly positions: Map<number, number>;
  isSubscribed: boolean;
  ids: number;
  cached: CachedMessage | undefined;
}

const noCommit = -2147467247;

/** The topic `t`. */
export class FakeTopics {
  /** The log of each vgroup. */
  readonly logs = new Map<number, LogEntry[]>();
  /** What each group has committed, `group vgroup`. */
  readonly committed = new Map<string, number>();
  /** Told before each commit. */
  onCommit: (vgroupId: number, offset: number) => void = () => {};
  readonly #consumers = new Map<Peer, ConsumerState>();

  /** Appends rows. */
  append(vgroupId: number, ...values: number[]): void {
    this.log(vgroupId).push({ values });
  }

  /** Appends the creation of a table. */
  appendMeta(vgroupId: number): void {
    this.log(vgroupId).push({ values: null });
  }

  log(vgroupId: number): LogEntry[] {
    const log = this.logs.get(vgroupId) ?? [];
    this.logs.set(vgroupId, log);
    return log;
  }

  /** Handlers of all actions; a case may replace some. */
  get script(): Script {
    const own =
      (handle: (state: ConsumerState, request: Received, peer: Peer) => void): Handler =>
      (request, peer) => {
        const state = this.#consumers.get(peer);
        if (state === undefined) return peer.fail(request, 0xffff, "tmq not init");
        handle(state, request, peer);
      };
    return {
      subscribe: (request, peer) => this.#subscribe(request, peer),
      poll: own((state, request, peer) => this.#poll(state, request, peer)),
      fetch_raw_data: own((state, request, peer) => this.#fetch(state, request, peer)),
      fetch_json_meta: own((state, request, peer) => {
        const data = {
          type: "create",
          tableType: "normal",
          tableName: `t${state.cached?.at}`,
          columns: [],
          tags: [],
        };
        peer.reply(request, { message_id: request.args["message_id"], data });
      }),
      commit_offset: own((state, request, peer) => {
        this.#commit(state, Number(request.args["vgroup_id"]), Number(request.args["offset"]));
        peer.reply(request);
      }),
      commit: own((state, request, peer) => {
        for (const [vgroupId, offset] of state.positions) this.#commit(state, vgroupId, offset);
        peer.reply(request);
      }),
      committed: own((state, request, peer) =>
        peer.reply(request, {
          committed: askedOf(request).map((id) =>
            this.committed.get(`${state.group} ${id}`) ?? noCommit
          ),
        })
      ),
      position: own((state, request, peer) =>
        peer.reply(request, {
          position: askedOf(request).map((id) => state.positions.get(id) ?? noCommit),
        })
      ),
      assignment: own((state, request, peer) => {
        const assignment = [...state.positions].map(([vgroup_id, offset]) => ({
          vgroup_id,
          offset,
          begin: 0,
          end: this.log(vgroup_id).length,
        }));
        peer.reply(request, { assignment });
      }),
      seek: own((state, request, peer) => this.#seek(state, request, peer)),
      list_topics: own((state, request, peer) =>
        peer.reply(request, { topics: state.isSubscribed ? ["t"] : [] })
      ),
      unsubscribe: own((state, request, peer) => {
        state.isSubscribed = false;
        state.positions.clear();
        state.cached = undefined;
        peer.reply(request);
      }),
    };
  }

  #subscribe(request: Received, peer: Peer): void {
    const { group_id = "", offset_reset = "latest" } = request.args as Record<string, string>;
    const before = this.#consumers.get(peer);
    if (before?.isSubscribed) {
      return peer.fail(request, 0xffff, "tmq should have unsubscribed first");
    }
    const state = before ??
      {
        group: group_id,
        reset: offset_reset,
        positions: new Map(),
        ids: 0,
        cached: undefined,
        isSubscribed: true,
      };
    state.isSubscribed = true;
    for (const [vgroupId, log] of this.logs) {
      const begin = state.reset === "earliest" ? 0 : log.length;
      state.positions.set(vgroupId, this.committed.get(`${state.group} ${vgroupId}`) ?? begin);
    }
    this.#consumers.set(peer, state);
    peer.reply(request, { version: "3.3.7.5" });
  }

  #commit(state: ConsumerState, vgroupId: number, offset: number): void {
    this.onCommit(vgroupId, offset);
    this.committed.set(`${state.group} ${vgroupId}`, offset);
  }

  #seek(state: ConsumerState, request: Received, peer: Peer): void {
    const [vgroupId, offset] = [Number(request.args["vgroup_id"]), Number(request.args["offset"])];
    if (offset < 0 || offset > this.log(vgroupId).length) {
      return peer.fail(request, 0x4007, "Offset out of range");
    }
    state.positions.set(vgroupId, offset);
    peer.reply(request);
  }

  #poll(state: ConsumerState, request: Received, peer: Peer): void {
    const { cached } = state;
    const { message_id } = request.args;
    // Without the field the client does not acknowledge (before 3.3.6): the server goes on.
    if (cached !== undefined && message_id !== undefined && cached.id !== message_id) {
      return this.#give(cached, request, peer);
    }
    const found = [...state.positions].find(([vgroupId, position]) =>
      position < this.log(vgroupId).length
    );
    if (found !== undefined && state.isSubscribed) {
      const [vgroupId, at] = found;
      state.cached = { id: ++state.ids, vgroupId, at };
      // The next poll begins with another vgroup.
      state.positions.delete(vgroupId);
      state.positions.set(vgroupId, at + 1);
      return this.#give(state.cached, request, peer);
    }
    const waitMs = Number(request.args["blocking_time"]);
    const none = {
      have_message: false,
      topic: "",
      database: "",
      vgroup_id: 0,
      message_type: 0,
      message_id: 0,
      offset: 0,
    };
    setTimeout(() => peer.reply(request, none), Math.min(waitMs, 40));
  }

  #give({ id, vgroupId, at }: CachedMessage, request: Received, peer: Peer): void {
    const isMeta = this.log(vgroupId)[at]!.values === null;
    peer.reply(request, {
      have_message: true,
      topic: "t",
      database: "d",
      vgroup_id: vgroupId,
      message_type: isMeta ? 2 : 1,
      message_id: id,
      offset: isMeta ? at + 1 : at,
    });
  }

  #fetch({ cached }: ConsumerState, request: Received, peer: Peer): void {
    if (cached === undefined || cached.id !== request.args["message_id"]) return;
    const values = this.log(cached.vgroupId)[cached.at]!.values ?? [];
    const payload = dataPayload(`d${cached.vgroupId}`, values, cached.at, cached.at + 1);
    peer.binary(rawDataFrame(request.reqId, cached.id, payload));
  }
}

function askedOf(request: Received): number[] {
  const list = request.args["topic_vgroup_ids"] as { vgroup_id: number }[];
  return list.map(({ vgroup_id }) => vgroup_id);
}

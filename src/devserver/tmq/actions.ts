/**
 * The actions of `/rest/tmq` (protocol.md §5.2–5.4).
 *
 * @module
 */
import { storageBytes } from "../blocks.ts";
import type { Envelope, Json, JsonObject } from "../replies.ts";
import { adapterError } from "../session.ts";
import { Args, ArgumentError, isObject, type Outcome } from "../socket_request.ts";
import { fetchBlockHeaderBytes, fillHead, rawDataFrame, rawFrame } from "./frames.ts";
import { encodeMessage, encodeTopicBlock, metaOf } from "./payload.ts";
import type { CachedMessage, TmqSession } from "./session.ts";
import { readSubscription } from "./subscribe_options.ts";
import { MessageType } from "./topic_engine.ts";

/** An action; its arguments are read at once, so that wrong ones are noticed before it waits for its turn. */
export interface TmqAction {
  /** True when errors carry the message id. */
  hasMessage?: boolean;
  /** Reads the arguments and returns what to do. */
  prepare(session: TmqSession, args: Args, envelope: Envelope): () => Promise<Outcome>;
}

const noCommittedOffset = -2147467247;
const precisionCodes = { ms: 0, us: 1, ns: 2 } as const;

function requireMessage(session: TmqSession, id: bigint, text: string): CachedMessage {
  void session.consumer;
  const { cached } = session;
  if (cached === null) throw adapterError("message has been freed");
  if (cached.id !== id) throw adapterError(text);
  return cached;
}

function requireData(session: TmqSession, id: bigint, text: string): CachedMessage {
  const cached = requireMessage(session, id, text);
  if (cached.message.type === MessageType.meta) throw adapterError("message type is not data");
  return cached;
}

function fetchBlockInfo(session: TmqSession, id: bigint): JsonObject {
  const cached = requireData(session, id, "message ID are not equal");
  const block = cached.block = cached.message.blocks[cached.fetched++] ?? null;
  const fields = block?.fields ?? null;
  return {
    message_id: id,
    completed: block === null,
    table_name: block !== null && cached.message.hasTableNames ? block.table : "",
    rows: block?.columns[0]?.length ?? 0,
    fields_count: fields?.length ?? 0,
    fields_names: fields?.map(({ name }) => name) ?? null,
    fields_types: fields?.map(({ typeCode }) => typeCode) ?? null,
    fields_lengths: fields?.map(storageBytes) ?? null,
    precision: block === null ? 0 : precisionCodes[block.precision],
  };
}

function fetchBlock(session: TmqSession, id: bigint, envelope: Envelope): Uint8Array {
  const { block } = requireData(session, id, "message is nil");
  if (block === null) throw adapterError("no fetch data");
  const frame = encodeTopicBlock(block, fetchBlockHeaderBytes);
  fillHead(frame, envelope, id);
  return frame;
}

function fetchMeta(session: TmqSession, id: bigint): JsonObject {
  void session.consumer;
  const { cached } = session;
  if (cached === null) throw adapterError("message has been freed");
  const { type } = cached.message;
  if (type === MessageType.data) {
    throw adapterError(`message type can not get meta, type: ${type}`);
  }
  requireMessage(session, id, "message ID is not equal");
  return { message_id: id, data: metaOf(cached.message) };
}

/** An action about the cached message, which does not wait for a running poll. */
function onMessage(
  run: (session: TmqSession, id: bigint, envelope: Envelope) => Outcome,
): TmqAction {
  return {
    hasMessage: true,
    prepare: (session, args, envelope) => {
      const id = args.id("message_id");
      // deno-lint-ignore require-await
      return async () => run(session, id, envelope);
    },
  };
}

/** An action that the consumer carries out after those before it. */
function onConsumer(
  read: (args: Args, session: TmqSession) => () => Promise<JsonObject> | JsonObject,
): TmqAction {
  return {
    prepare: (session, args) => {
      const run = read(args, session);
      return () =>
        session.serial.run(async () => {
          void session.consumer;
          return await run();
        });
    },
  };
}

interface TopicVgroup {
  topic: string;
  vgroupId: number;
}

function readVgroups(args: Args): TopicVgroup[] {
  return args.list("topic_vgroup_ids").map((item: Json) => {
    if (!isObject(item)) throw new ArgumentError("topic_vgroup_ids");
    const own = new Args(item);
    return { topic: own.text("topic"), vgroupId: own.integer("vgroup_id") };
  });
}

function offsets(
  key: "committed" | "position",
): TmqAction {
  return onConsumer((args, session) => {
    const vgroups = readVgroups(args);
    return () => ({
      [key]: vgroups.map(({ topic, vgroupId }) =>
        session.consumer[key](topic, vgroupId) ?? noCommittedOffset
      ),
    });
  });
}

function readOffset(args: Args): TopicVgroup & { offset: number } {
  const offset = args.raw("offset") ?? 0;
  if (typeof offset !== "bigint" && !Number.isInteger(offset)) throw new ArgumentError("offset");
  return {
    topic: args.text("topic"),
    vgroupId: args.integer("vgroup_id"),
    offset: Number(offset),
  };
}

/** All actions but `poll`. */
export const TMQ_ACTIONS: ReadonlyMap<string, TmqAction> = new Map<string, TmqAction>([
  ["version", {
    prepare: ({ context }) => async () => await Promise.resolve({ version: context.version }),
  }],
  ["subscribe", {
    prepare: (session, args) => {
      // Wrong types are noticed at once, wrong values only when the subscription is carried out.
      let read = () => readSubscription(args);
      try {
        const subscription = read();
        read = () => subscription;
      } catch (error) {
        if (error instanceof ArgumentError) throw error;
      }
      return () =>
        session.serial.run(async () => {
          await session.subscribe(read);
          return { version: session.context.version };
        });
    },
  }],
  [
    "unsubscribe",
    onConsumer((_args, session) => async () => {
      await session.unsubscribe();
      return {};
    }),
  ],
  ["list_topics", {
    prepare: (session) => async () => await Promise.resolve({ topics: session.consumer.topics() }),
  }],
  ["fetch", onMessage(fetchBlockInfo)],
  ["fetch_block", onMessage(fetchBlock)],
  [
    "fetch_raw",
    onMessage((session, id, envelope) =>
      rawFrame(
        envelope,
        id,
        encodeMessage(requireMessage(session, id, "message ID is not equal").message),
      )
    ),
  ],
  [
    "fetch_raw_data",
    onMessage((session, id, envelope) =>
      rawDataFrame(
        envelope,
        id,
        encodeMessage(requireMessage(session, id, "message ID is not equal").message),
      )
    ),
  ],
  ["fetch_json_meta", onMessage(fetchMeta)],
  [
    "commit",
    onConsumer((args, session) => {
      const id = args.id("message_id");
      return async () => {
        await session.consumer.commit();
        return { message_id: id };
      };
    }),
  ],
  [
    "commit_offset",
    onConsumer((args, session) => {
      const { topic, vgroupId, offset } = readOffset(args);
      return async () => {
        await session.consumer.commitOffset(topic, vgroupId, offset);
        return { topic, vgroup_id: vgroupId, offset };
      };
    }),
  ],
  ["committed", offsets("committed")],
  ["position", offsets("position")],
  [
    "assignment",
    onConsumer((args, session) => {
      const topic = args.text("topic");
      return () => ({
        assignment: session.consumer.assignment(topic).map(({ vgroupId, offset, begin, end }) => ({
          vgroup_id: vgroupId,
          offset,
          begin,
          end,
        })),
      });
    }),
  ],
  [
    "seek",
    onConsumer((args, session) => {
      const { topic, vgroupId, offset } = readOffset(args);
      return () => {
        session.consumer.seek(topic, vgroupId, offset);
        return {};
      };
    }),
  ],
]);

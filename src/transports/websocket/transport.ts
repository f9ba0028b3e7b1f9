/**
 * The WebSocket transport: one socket to taosAdapter's `/ws` (protocol.md §2).
 *
 * @module
 */
import { localDecoder, workerDecoder } from "../../codec/block_decoder.ts";
import type { Codec } from "../../codec/codec.ts";
import { databaseError } from "../../errors.ts";
import { openFirstHost } from "../../internal/first_host.ts";
import { requestIds } from "../../internal/request_ids.ts";
import type { ResolvedOptions } from "../../options.ts";
import { safeUrl } from "../../dsn.ts";
import type {
  Call,
  Execution,
  QueryPort,
  SessionPort,
  StatementPort,
  Transport,
} from "../transport.ts";
import { Channel, type Incoming, textReply } from "./channel.ts";
import { hasFeature, requireFeature } from "./features.ts";
import {
  type BlockFetcher,
  fetchLegacyBlock,
  fetchRawBlock,
  freeResult,
  type ResultContext,
  resultFields,
  resultPrecision,
  WebSocketRows,
} from "./results.ts";
import { WebSocketSchemaless } from "./schemaless.ts";
import { openSocket, type Socket, type SocketRequest } from "./socket.ts";
import { WebSocketStatements } from "./statements.ts";
import type { Reply } from "./wire.ts";

/** Runs SQL over a channel. */
class WebSocketQueries implements QueryPort {
  readonly #context: ResultContext;
  readonly #binary: boolean;
  readonly #fetch: BlockFetcher;

  constructor(context: ResultContext, version: string) {
    this.#context = context;
    this.#binary = hasFeature(version, "binaryQuery");
    this.#fetch = this.#binary ? fetchRawBlock : fetchLegacyBlock;
  }

  async execute(sql: string, call: Call): Promise<Execution> {
    const reply = await this.#send(sql, call);
    if (reply.code !== 0) {
      throw databaseError(reply.code, reply.message, { reqId: call.reqId, sql });
    }
    return {
      affectedRows: reply.affected_rows ?? 0,
      durationNs: BigInt(reply.timing ?? 0),
      reqId: call.reqId,
      rows: reply.is_update ? null : this.#rows(reply, call),
    };
  }

  async #send(sql: string, call: Call): Promise<Reply> {
    const onLate = (late: Incoming) => {
      const id = late instanceof Uint8Array ? undefined : late.id;
      if (id) freeResult(this.#context, BigInt(id));
    };
    const { channel, codec } = this.#context;
    if (!this.#binary) return await channel.request("query", { sql }, call, onLate);
    const data = codec.encodeQuery(call.reqId, sql);
    const outgoing = { data, reqId: call.reqId, what: "binary_query", onLate };
    return textReply(await channel.exchange(outgoing, call), "binary_query");
  }

  #rows(reply: Reply, { reqId }: Call): WebSocketRows {
    const id = BigInt(reply.id ?? 0);
    try {
      const [fields, precision] = [resultFields(reply), resultPrecision(reply)];
      return new WebSocketRows(this.#context, { id, reqId, fields, precision }, this.#fetch);
    } catch (error) {
      freeResult(this.#context, id);
      throw error;
    }
  }
}

/** Asks about the session over a channel. */
class WebSocketSession implements SessionPort {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async ping(call: Call): Promise<void> {
    await this.#channel.request("version", {}, call);
  }
}

/** What logging in tells. */
interface Login {
  readonly version: string;
  readonly nextReqId: () => bigint;
}

async function login(
  channel: Channel,
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<Login> {
  const nextReqId = requestIds();
  const call = (): Call => ({ reqId: nextReqId(), signal, timeoutMs: 0 });
  const { version = "" } = await channel.request("version", {}, call());
  requireOptions(version, options);
  const reply = await channel.request("conn", {
    user: options.user,
    password: options.password,
    db: options.database,
    tz: options.timeZone,
    app: options.applicationName,
    bearer_token: options.bearerToken,
    totp_code: options.totp,
  }, call());
  if (reply.code !== 0) throw databaseError(reply.code, reply.message, { context: "connect" });
  return { version: reply.version ?? version, nextReqId };
}

/** An option that an old server ignores in silence is refused instead. */
export function requireOptions(version: string, options: ResolvedOptions): void {
  const { timeZone, applicationName, bearerToken, totp } = options;
  for (const [name, value] of Object.entries({ timeZone, applicationName, bearerToken, totp })) {
    if (value !== undefined) requireFeature(version, name as "timeZone");
  }
}

/** A socket to open: the handshake URL has the cloud gateway's token in it when there is one. */
export async function socketRequest(
  options: ResolvedOptions,
  hostIndex: number,
  path: string,
): Promise<SocketRequest> {
  const safeUrl = hostUrl(options, hostIndex) + path;
  const { compression, WebSocket, socketFactory } = options;
  const token = typeof options.token === "function" ? await options.token() : options.token;
  const url = token === undefined ? safeUrl : `${safeUrl}?token=${encodeURIComponent(token)}`;
  return { url, safeUrl, compression, WebSocket, socketFactory };
}

/** A host's URL without secrets. */
export function hostUrl({ secure, hosts }: ResolvedOptions, hostIndex: number): string {
  return safeUrl(secure ? "wss" : "ws", hosts[hostIndex]);
}

/** Opens one host; `hostIndex` counts in `options.hosts`. */
async function openHost(
  options: ResolvedOptions,
  codec: Codec,
  hostIndex: number,
  signal: AbortSignal,
): Promise<Transport> {
  const base = hostUrl(options, hostIndex);
  const request = await socketRequest(options, hostIndex, "/ws");
  let opened = false;
  const channel = new Channel((reason, expected) => {
    if (opened) options.onEvent({ type: "disconnect", url: base, reason, expected });
  });
  const socket = await openSocket(request, channel, { signal });
  channel.attach(socket);
  try {
    const { version, nextReqId } = await login(channel, options, signal);
    opened = true;
    options.onEvent({ type: "connect", transport: "websocket", url: base, serverVersion: version });
    const { decodeWorker } = options;
    const decoder = decodeWorker === undefined
      ? localDecoder(codec)
      : workerDecoder(codec, decodeWorker);
    return assemble({ channel, codec, decoder, nextReqId }, version, socket);
  } catch (error) {
    await channel.close();
    throw error;
  }
}

function assemble(context: ResultContext, version: string, socket: Socket): Transport {
  const statements: StatementPort = new WebSocketStatements(context, version);
  return {
    kind: "websocket",
    serverVersion: version,
    compression: socket.compression,
    query: new WebSocketQueries(context, version),
    session: new WebSocketSession(context.channel),
    statements,
    schemaless: new WebSocketSchemaless(context.channel, version),
    nextReqId: context.nextReqId,
    ended: context.channel.ended,
    close: () => context.channel.close(),
  };
}

/**
 * Connects to the first host that answers, in the order of the URL; the time limit is for each host.
 *
 * @throws {ConnectionError} when no host can be reached, naming each with its reason, or the login is refused.
 */
export async function open(options: ResolvedOptions, codec: Codec): Promise<Transport> {
  return await openFirstHost<Transport>(options, {
    hostUrl: (hostIndex) => hostUrl(options, hostIndex),
    open: (hostIndex, signal) => openHost(options, codec, hostIndex, signal),
    close: (late) => void late.close(),
  });
}

/**
 * The official clients' prepared statements (test/golden/wire), carried out through libtaos: what the stand-in reads out of
 * the C structures must be what those clients sent, and the server must answer as it did to them.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { initCodec } from "../../src/codec/load.ts";
import { resolveOptions } from "../../src/options.ts";
import { openTransport } from "../../src/transports/select.ts";
import type { PreparedStatement, Transport } from "../../src/transports/transport.ts";
import { conversation } from "../support/wire.ts";
import type { NativeCase, NativeTools } from "./case.ts";

const [headBytes, actionAt, statementAt] = [30, 16, 8] as const;
const [query, bind] = [6n, 9n] as const;

interface TextMessage {
  readonly action: string;
  readonly args: { readonly stmt_id: number; readonly sql: string };
}

/** A conversation that is carried out once more. */
class Replay {
  readonly #transport: Transport;
  readonly #tools: NativeTools;
  readonly #statements = new Map<number, PreparedStatement>();
  readonly #frames = new Map<number, Uint8Array>();
  /** Binds that were compared. */
  bindCount = 0;

  constructor(transport: Transport, tools: NativeTools) {
    this.#transport = transport;
    this.#tools = tools;
  }

  #call() {
    return { reqId: this.#transport.nextReqId(), signal: undefined, timeoutMs: 30_000 };
  }

  /** One of the client's binary frames: SQL, or a bind that waits for its execution. */
  async takeFrame(frame: Uint8Array): Promise<void> {
    const head = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const action = head.getBigUint64(actionAt, true);
    if (action === bind) this.#frames.set(Number(head.getBigUint64(statementAt, true)), frame);
    if (action !== query) return;
    const sql = new TextDecoder().decode(frame.subarray(headBytes));
    const { rows } = await this.#transport.query.execute(sql, this.#call());
    rows?.free();
  }

  /** One of the client's texts; an execution answers how many rows it wrote. */
  async takeText({ action, args }: TextMessage): Promise<number | undefined> {
    if (action === "stmt2_prepare") {
      const { statements } = this.#transport;
      this.#statements.set(args.stmt_id, await statements!.prepare(args.sql, this.#call(), "code"));
    } else if (action === "stmt2_exec") {
      return await this.#execute(args.stmt_id);
    } else if (action === "stmt2_close") {
      await this.#statements.get(args.stmt_id)?.close();
    }
    return undefined;
  }

  async #execute(id: number): Promise<number> {
    const frame = this.#frames.get(id)!;
    // The transport takes the frame's memory away.
    const copy = frame.slice();
    const { affectedRows, rows } = await this.#statements.get(id)!.execute(copy, this.#call());
    deepEqual([...this.#tools.standIn.lastBind()], [...frame.subarray(headBytes)]);
    this.bindCount++;
    if (rows !== null) {
      ok(await rows.next(this.#call()));
      rows.free();
    }
    return affectedRows;
  }
}

/** Rows written by the executions of a recorded conversation. */
function recordedCounts(name: string): number[] {
  return conversation(name).flatMap(({ dir, text }) => {
    const reply = dir === "server" && text !== null ? JSON.parse(text) : undefined;
    return reply?.action === "stmt2_exec" ? [reply.affected] : [];
  });
}

function replayCase(name: string): NativeCase {
  return {
    name: `statement.execute() hands over what the official client sent, byte by byte: ${name}`,
    async run(tools) {
      const { transport } = await openTransport(resolveOptions(tools.url), await initCodec());
      const replay = new Replay(transport, tools);
      const counts: number[] = [];
      try {
        for (const { dir, text, bytes } of conversation(name)) {
          if (dir !== "client") continue;
          if (bytes !== null) await replay.takeFrame(bytes);
          const count = text === null ? undefined : await replay.takeText(JSON.parse(text));
          if (count !== undefined) counts.push(count);
        }
      } finally {
        await transport.close();
      }
      deepEqual(counts, recordedCounts(name));
      equal(replay.bindCount, counts.length);
    },
  };
}

/** Cases about recorded statements. */
export const statementReplayCases: readonly NativeCase[] = [
  replayCase("py_stmt2"),
  replayCase("node_all_type_stmt"),
];

/**
 * Bodies of `/rest/sql` as results, parsed while they arrive: at most a batch and a piece of the body are held, and
 * nothing is read that was not asked for.
 *
 * What REST cannot tell: NaN and the infinities arrive as NULL, as does a JSON `null`; a server with a row limit, or an
 * error in the middle of a result, ends the rows as if there were no more (protocol.md §1.5). A result without a
 * timestamp has the precision of the current database.
 *
 * @module
 */
import type { ColumnBatch } from "../../batch.ts";
import type { RestParser } from "../../codec/rest.ts";
import { CodecError, databaseError, InterfaceError } from "../../errors.ts";
import type { Field, Precision } from "../../types.ts";
import type { Call, Execution, RowSource } from "../transport.ts";
import type { HttpReply } from "./endpoint.ts";
import { answerError, brokenReply, type RequestFacts } from "./http_errors.ts";
import { givesColumns } from "./statement_kind.ts";

/** What a body needs to be read. */
export interface BodyInit {
  readonly reply: HttpReply;
  readonly parser: RestParser;
  readonly facts: RequestFacts;
  /** The host, for messages. */
  readonly url: string;
  /** Precision of a result without a timestamp. */
  readonly precision: Precision;
}

/** The answer to one statement, under way. */
export class StatementBody {
  readonly #init: BodyInit;
  #isAtEnd = false;
  #isFreed = false;

  constructor(init: BodyInit) {
    this.#init = init;
  }

  /** The columns, once the first batch or the end has come. */
  get fields(): readonly Field[] | undefined {
    return this.#init.parser.fields;
  }

  get precision(): Precision {
    return this.#init.parser.precision ?? this.#init.precision;
  }

  /** Time the server took; it stands at the end of the body, and is 0 before. */
  get durationNs(): bigint {
    return this.#init.parser.reply?.durationNs ?? 0n;
  }

  /** Whether all of the body has been read. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** The next batch; null at the end. */
  async next(call: Call): Promise<ColumnBatch | null> {
    const { parser, precision } = this.#init;
    try {
      for (;;) {
        const batch = parser.next(call.values, precision);
        // The few bytes behind the last row are taken too, so that the HTTP connection can be used again.
        while (!this.#isAtEnd && parser.reply !== undefined) {
          parser.next();
          await this.#read(call);
        }
        if (batch !== null) return batch;
        if (this.#isAtEnd) return null;
        await this.#read(call);
      }
    } catch (error) {
      const isCut = this.#isFreed && !call.signal?.aborted;
      this.free();
      // To who still reads, the end must not look like the end of the rows, nor like a failure of the network.
      throw isCut ? new InterfaceError("the result was freed while it was being read") : error;
    }
  }

  /** Lets the rest go. */
  free(): void {
    this.#isFreed = true;
    this.#isAtEnd = true;
    this.#init.reply.cancel();
    this.#init.parser.free();
  }

  async #read(call: Call): Promise<void> {
    const { reply, parser, url, facts } = this.#init;
    const isStart = reply.received === 0;
    const bytes = await reply.read(call);
    if (bytes === null) return this.#finish(reply.received);
    if (isStart && reply.received > 0 && !/^[\s{]/.test(String.fromCharCode(bytes[0]!))) {
      throw answerError({ status: reply.status, text: await reply.text(call, bytes), url }, facts);
    }
    parser.feed(bytes);
  }

  #finish(received: number): void {
    const { parser, url, facts } = this.#init;
    this.#isAtEnd = true;
    const { reply, fields } = parser;
    parser.free();
    if (received === 0) throw answerError({ status: 200, text: "", url }, facts);
    if (reply === undefined) {
      throw brokenReply(url, facts.reqId, `after ${received} bytes, before its end`);
    }
    if (reply.code !== 0) throw databaseError(reply.code, reply.message, facts);
    if (fields === undefined) throw new CodecError("the reply has neither an error nor columns");
  }
}

/** Rows of a body whose first batch was read ahead. */
class RestRows implements RowSource {
  readonly fields: readonly Field[];
  readonly #body: StatementBody;
  #first: ColumnBatch | null;
  #isDone = false;

  constructor(body: StatementBody, first: ColumnBatch | null) {
    this.fields = body.fields ?? [];
    this.#body = body;
    this.#first = first;
  }

  get precision(): Precision {
    return this.#body.precision;
  }

  async next(call: Call): Promise<ColumnBatch | null> {
    if (call.signal?.aborted) {
      this.free();
      throw call.signal.reason;
    }
    if (this.#isDone) return null;
    const first = this.#first;
    this.#first = null;
    const batch = first ?? (this.#body.isAtEnd ? null : await this.#body.next(call));
    if (batch === null) this.free();
    return batch;
  }

  free(): void {
    this.#isDone = true;
    this.#first = null;
    this.#body.free();
  }
}

/** The rows written, when the body is the answer to an update (protocol.md §1.4). */
function affectedRowsOf(
  sql: string,
  body: StatementBody,
  batch: ColumnBatch | null,
): number | undefined {
  const [field, second] = body.fields ?? [];
  const hasShape = field?.name === "affected_rows" && field.type === "INT" &&
    second === undefined &&
    body.isAtEnd && batch?.rowCount === 1;
  // A SELECT may have that very column.
  if (!hasShape || givesColumns(sql)) return undefined;
  // The server counts in 32 bits with a sign; there is no negative number of rows.
  return (batch.column(0).get(0) as number) >>> 0;
}

/** Reads a body as far as is needed to tell what the statement did. */
export async function readExecution(
  body: StatementBody,
  sql: string,
  call: Call,
): Promise<Execution> {
  const first = await body.next(call);
  const affectedRows = affectedRowsOf(sql, body, first);
  const rows = affectedRows === undefined ? new RestRows(body, first) : null;
  if (rows === null) body.free();
  return {
    affectedRows: affectedRows ?? 0,
    get durationNs() {
      return body.durationNs;
    },
    reqId: call.reqId,
    rows,
  };
}

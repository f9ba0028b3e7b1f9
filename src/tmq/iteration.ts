/**
 * Gives messages to polls and loops, and keeps count of which are finished.
 *
 * @module
 */
import { ConnectionError, InterfaceError } from "../errors.ts";
import type { Message } from "./message.ts";
import type { TakeLimits } from "./pump.ts";
import type { Session } from "./session.ts";

/** All polls and loops of a consumer. */
export class Iterations {
  readonly #session: Session;
  readonly #onFinished: () => void;
  /** Messages that polls have given, and those of loops that were left: the next poll or loop finishes them. */
  #loose: Message[] = [];
  #last: Message | undefined;

  constructor(session: Session, onFinished: () => void) {
    this.#session = session;
    this.#onFinished = onFinished;
  }

  /** The newest message that the application has. */
  get lastGiven(): Message | undefined {
    return this.#last;
  }

  /** Forgets what was given. */
  clear(): void {
    this.#loose = [];
    this.#last = undefined;
  }

  /** Finishes what earlier polls gave, and waits for the next message. */
  async poll(limits: TakeLimits): Promise<Message | null> {
    this.#finishLoose();
    const message = await this.#take(limits);
    if (message !== null) this.#loose.push(message);
    return message;
  }

  /** A loop. Its messages are finished when it asks for the next. */
  iterate(): AsyncIterator<Message, undefined> {
    let current: Message | undefined;
    let isOver = false;
    let isFirst = true;
    const end = { done: true, value: undefined } as const;
    const leave = () => {
      isOver = true;
      if (current !== undefined) this.#loose.push(current);
      current = undefined;
    };
    return {
      next: async () => {
        if (isOver) return end;
        if (isFirst) this.#finishLoose();
        if (current !== undefined) this.#finish([current]);
        current = undefined;
        try {
          current = await this.#take({ timeoutMs: Number.POSITIVE_INFINITY }) ?? undefined;
        } catch (error) {
          isOver = true;
          if (!isFirst && this.#session.pump.isStopped && isEnd(error)) return end;
          throw error;
        } finally {
          isFirst = false;
        }
        return current === undefined ? end : { done: false, value: current };
      },
      return: async () => {
        leave();
        return await Promise.resolve(end);
      },
    };
  }

  async #take(limits: TakeLimits): Promise<Message | null> {
    const message = await this.#session.pump.take(limits);
    if (message === null) return null;
    this.#last = message;
    this.#session.ledger.give(message);
    return message;
  }

  #finishLoose(): void {
    this.#finish(this.#loose.splice(0));
  }

  #finish(messages: readonly Message[]): void {
    const { ledger } = this.#session;
    for (const message of messages) ledger.finish(message);
    if (messages.length > 0 && ledger.ready().length > 0) this.#onFinished();
  }
}

/** Whether a loop ends here: the consumer was closed or unsubscribed by this side. */
function isEnd(error: unknown): boolean {
  return error instanceof InterfaceError ||
    error instanceof ConnectionError && error.outcome === "not-sent" &&
      error.codeName === "TDWIRE_CODE_CONNECTION_CLOSED";
}

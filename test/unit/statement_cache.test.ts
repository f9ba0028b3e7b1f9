import { describe, expect, it } from "vitest";
import { DatabaseError, InterfaceError, ProgrammingError } from "../../src/errors.ts";
import { type Lease, StatementCache } from "../../src/statements/statement_cache.ts";
import type { PreparedStatement } from "../../src/transports/transport.ts";
import { anyTypes } from "../support/targets.ts";

const call = { reqId: 1n, signal: undefined, timeoutMs: 0 };

/** A cache whose statements are numbers, and what was prepared and closed. */
function open() {
  const log: string[] = [];
  let count = 0;
  const prepare = (sql: string): Promise<PreparedStatement> => {
    const number = ++count;
    log.push(`prepare ${sql} ${number}`);
    const close = () => Promise.resolve(void log.push(`close ${number}`));
    return Promise.resolve({ number, close } as unknown as PreparedStatement);
  };
  const cache = new StatementCache({ ...anyTypes, prepare });
  const use = (sql: string) =>
    cache.run(sql, call, ({ statement, giveBack }) => {
      giveBack();
      return Promise.resolve((statement as unknown as { number: number }).number);
    });
  return { cache, log, use };
}

describe("StatementCache", () => {
  it("lends the statement of the same SQL again", async () => {
    const { log, use } = open();
    expect([await use("a"), await use("a"), await use("b"), await use("a")]).toEqual([1, 1, 2, 1]);
    expect(log).toEqual(["prepare a 1", "prepare b 2"]);
  });

  it("lends a statement to one at a time", async () => {
    const { cache, use } = open();
    let lease!: Lease;
    await cache.run("a", call, (given) => Promise.resolve(void (lease = given)));
    expect(await use("a")).toBe(2);
    lease.giveBack();
    expect([await use("a"), await use("a")]).toEqual([1, 1]);
  });

  it("keeps sixteen and closes those used longest ago", async () => {
    const { log, use } = open();
    for (let i = 0; i < 16; i++) await use(`s${i}`);
    await use("s0");
    await use("more");
    expect(log.filter((line) => line.startsWith("close"))).toEqual(["close 2"]);
    await use("s0");
    await use("s1");
    expect(log.at(-2)).toBe("prepare s1 18");
  });

  it("closes idle statements when the session changes, and those on loan when they come back", async () => {
    const { cache, log, use } = open();
    await use("idle");
    let lease!: Lease;
    await cache.run("lent", call, (given) => Promise.resolve(void (lease = given)));
    cache.clear();
    expect(log.slice(2)).toEqual(["close 1"]);
    lease.giveBack();
    expect(log.slice(3)).toEqual(["close 2"]);
    expect(await use("idle")).toBe(3);
  });

  it("closes a statement whose work fails on the server", async () => {
    const { cache, log, use } = open();
    const failure = new DatabaseError("no", { code: 0x0903 });
    await expect(cache.run("a", call, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(log).toEqual(["prepare a 1", "close 1"]);
    expect(await use("a")).toBe(2);
  });

  it("gives up a statement when its work fails: rows may be bound to it", async () => {
    const { cache, log, use } = open();
    const refusal = new InterfaceError("too long");
    await expect(cache.run("a", call, () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await use("a")).toBe(2);
    expect(log).toEqual(["prepare a 1", "close 1", "prepare a 2"]);
  });

  it("does not try again when a kept one was refused behind its first part", async () => {
    const { cache, log, use } = open();
    await use("a");
    const refusal = new InterfaceError("reqId 1 belongs to a request in flight", {
      outcome: "partial",
    });
    await expect(cache.run("a", call, () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(log).toEqual(["prepare a 1", "close 1"]);
  });

  it("tries again with a new statement when a kept one may be of a table that has changed, once", async () => {
    const { cache, log, use } = open();
    await use("a");
    let runs = 0;
    const changed = new ProgrammingError("no such column", { code: 0x2602 });
    const work = () => Promise.reject(++runs && changed);
    await expect(cache.run("a", call, work)).rejects.toBe(changed);
    expect(runs).toBe(2);
    expect(log).toEqual(["prepare a 1", "close 1", "prepare a 2", "close 2"]);
  });

  it("does not try again what was done in part, or failed otherwise", async () => {
    for (const details of [{ code: 0x2602, outcome: "partial" }, { code: 0x0903 }] as const) {
      const { cache, use } = open();
      await use("a");
      let runs = 0;
      const failure = new DatabaseError("no", details);
      await expect(cache.run("a", call, () => Promise.reject(++runs && failure))).rejects.toBe(
        failure,
      );
      expect(runs).toBe(1);
    }
  });
});

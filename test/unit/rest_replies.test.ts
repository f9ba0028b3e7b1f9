import { describe, expect, it } from "vitest";
import { affected, failed, type FakeAnswer, open, rows } from "./rest_fake.ts";

describe("replies", () => {
  it("of updates are told from a SELECT of the same column", async () => {
    const { connection } = await open((sql) =>
      sql.startsWith("use") ? undefined : sql.includes("version") ? undefined : affected(-3)
    );
    expect((await connection.exec("insert into t values (now, 1)")).affectedRows).toBe(2 ** 32 - 3);
    const selected = await connection.query("/* x */ select affected_rows from t");
    expect([selected.affectedRows, selected.rows]).toEqual([0, [{ affected_rows: -3 }]]);
  });

  it("that are not TDengine's are errors", async () => {
    const given: [FakeAnswer, object][] = [
      [{ status: 503, body: '"query memory exceeds threshold"' }, {
        name: "OperationalError",
        retryable: true,
        outcome: "rejected",
        message: /memory/,
      }],
      [{ status: 503, body: '{"code":65535,"desc":"get connection timeout"}' }, {
        name: "OperationalError",
        code: 65535,
        message: /timeout/,
      }],
      [{ status: 429, body: "slow down" }, { name: "OperationalError", retryable: true }],
      [{ status: 403, body: '{"code":65535,"desc":"sql rejected"}' }, {
        name: "DatabaseError",
        code: 65535,
        message: /sql rejected/,
      }],
      [{ status: 401, body: "" }, { name: "ConnectionError", kind: "authentication" }],
      [{ status: 404, body: "404 page not found" }, {
        name: "ConnectionError",
        kind: "connection",
        message: /404/,
        hint: /taosAdapter/,
      }],
      [{ status: 502, body: "<html>bad gateway</html>" }, {
        name: "ConnectionError",
        outcome: "unknown",
        message: /502/,
      }],
      [{ status: 502, body: '{"code":11,"desc":"Unable to establish connection"}' }, {
        name: "OperationalError",
        code: 11,
      }],
      [{ status: 204 }, { name: "ConnectionError" }],
      [{ body: "" }, { name: "ConnectionError", hint: /taosAdapter/ }],
      [{ body: "<html>welcome</html>", pieceBytes: 3 }, {
        name: "ConnectionError",
        message: /<html>welcome/,
      }],
      [{ body: '"text"' }, { name: "ConnectionError" }],
      [{ body: '{"code":0,"desc":"token"}' }, { name: "CodecError" }],
      [{ body: '{"code":0,"column_meta":[["v","INT",4]],"data":[[1]],"rows":2}' }, {
        name: "CodecError",
        message: /number of rows/,
      }],
      [{ body: '{"code":0,"column_meta":[["v","",4]],"data":[],"rows":0}' }, {
        name: "CodecError",
        message: /type is unknown/,
      }],
      [{ body: "{}x" }, { name: "CodecError", offset: 2 }],
    ];
    for (const [answer, expected] of given) {
      const { connection } = await open((sql) => sql === "select 5" ? answer : undefined);
      await expect(connection.query("select 5"), JSON.stringify(answer)).rejects.toMatchObject(
        expected,
      );
      expect(await connection.exec("select 6")).toMatchObject({ affectedRows: 0 });
    }
  });

  it("that break off are never a short result", async () => {
    const whole = rows([["v", "INT", 4]], "[1],[2]", 2).body as string;
    for (let length = 1; length < whole.length; length++) {
      for (const end of ["close", "error"] as const) {
        const answer = { body: whole.slice(0, length), end, pieceBytes: 20 };
        const { connection } = await open((sql) => sql === "select 5" ? answer : undefined);
        await expect(connection.query("select 5"), `${length} ${end}`).rejects.toMatchObject({
          name: "ConnectionError",
          codeName: "TDWIRE_CODE_CONNECTION_LOST",
          outcome: "unknown",
        });
      }
    }
  });
});

describe("stacks of errors", () => {
  it("lead to the caller's line", async () => {
    const { connection } = await open((sql) =>
      sql.includes("nope") ? failed(0x2603, "Table does not exist") : undefined
    );
    const select = "select v from nope";
    const calls: (() => PromiseLike<unknown>)[] = [
      () => connection.query(select),
      () => connection.query(select).first(),
      () => connection.exec(select),
      () => connection.exec("delete from nope where v = ?", [1]),
      () => connection.writeLines("nope v=1 1", { protocol: "line", precision: "ms" }),
      () => connection.prepare(select),
    ];
    for (const call of calls) {
      const theLineOfTheCaller = async () => await call();
      const error = await theLineOfTheCaller().catch((error: Error) => error) as Error;
      expect(error.stack).toContain("theLineOfTheCaller");
    }
  });
});

describe("results", () => {
  const count = 50_000;
  const large = rows(
    [["v", "INT", 4]],
    Array.from({ length: count }, (_, i) => `[${i}]`).join(","),
    count,
  );

  it("are pulled only as far as they are read, and let go when they are left", async () => {
    let pulled = 0;
    let cancelled = 0;
    const answer = {
      ...large,
      pieceBytes: 1000,
      onPull: () => pulled++,
      onCancel: () => cancelled++,
    };
    const { connection, seen } = await open((sql) => sql === "select 5" ? answer : undefined);
    let batches = 0;
    for await (const batch of connection.query("select 5").batches()) {
      expect(batch.rowCount).toBe(4096);
      if (++batches === 2) break;
    }
    const pieces = (large.body as string).length / 1000;
    expect(pulled).toBeLessThan(pieces / 4);
    expect(cancelled).toBe(1);
    expect(seen.at(-1)!.signal.aborted).toBe(true);
    // One that was read to its end is not aborted: its connection can be used again.
    expect((await connection.query("select 5")).rowCount).toBe(count);
    expect([seen.at(-1)!.signal.aborted, cancelled]).toEqual([false, 1]);
  });

  it("of small size leave nothing to let go, however little of them is read", async () => {
    const { connection, seen } = await open((sql) =>
      sql === "select 5" ? rows([["v", "INT", 4]], "[1],[2]", 2) : undefined
    );
    expect(await connection.query("select 5").value()).toBe(1);
    expect(seen.at(-1)!.signal.aborted).toBe(false);
    expect((await connection.query("select 5")).durationNs).toBe(42n);
  });

  it("end with the reason when they are aborted, timed out or closed", async () => {
    const stuck = {
      ...large,
      body: (large.body as string).slice(0, 100_000),
      pieceBytes: 5000,
      end: "never" as const,
    };
    const { connection } = await open((sql) => sql === "select 5" ? stuck : undefined);
    const read = async (options: object) => {
      for await (const _ of connection.query("select 5", [], options).batches());
    };
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("mine")), 20);
    await expect(read({ signal: controller.signal })).rejects.toThrow("mine");
    await expect(read({ timeoutMs: 20 })).rejects.toMatchObject({
      name: "TimeoutError",
      outcome: "unknown",
    });
    const reading = read({});
    setTimeout(() => connection.close(), 20);
    await expect(reading).rejects.toMatchObject({ name: "ConnectionError", message: /closed/ });
    await expect(connection.exec("select 1")).rejects.toMatchObject({
      name: "ConnectionError",
      outcome: "not-sent",
    });
  });
});

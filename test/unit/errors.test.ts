import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { serverCodes } from "../../src/error_codes.ts";
import * as errors from "../../src/errors.ts";
import { familyOf } from "../../src/errors/family.ts";

const { databaseError, isTaosError, TaosError } = errors;

const classes = Object.entries(errors).filter(([name]) => /^[A-Z]\w*Error$/.test(name)) as [
  string,
  new (message: string, details?: errors.ErrorDetails) => errors.TaosError,
][];

describe("the error tree", () => {
  it.each(classes)("%s is named after its class, also in the stack", (name, Class) => {
    const cause = new Error("below");
    const error = new Class("text", { cause, reqId: 7n, sql: "select 'x'", hint: "do this" });
    expect(error).toMatchObject({ name, reqId: 7n, sql: "select '?'", hint: "do this", cause });
    expect(error.stack).toMatch(new RegExp(`^${name}: `));
    expect(error).toBeInstanceOf(TaosError);
    expect(isTaosError(error)).toBe(true);
    expect(Object.keys(error)).not.toContain("name");
  });

  it.each(
    [
      ["InterfaceError", "usage", "not-sent", false],
      ["UnsupportedError", "usage", "not-sent", false],
      ["ConnectionError", "connection", "not-sent", true],
      ["DatabaseError", "server", "rejected", false],
      ["ResultError", "server", "rejected", false],
      ["CodecError", "codec", "unknown", false],
      ["TimeoutError", "timeout", "unknown", true],
    ] as const,
  )(
    "%s has kind %s, outcome %s and retryable %s unless told otherwise",
    (name, kind, outcome, retryable) => {
      expect(new errors[name]("text")).toMatchObject({ kind, outcome, retryable });
      expect(new errors[name]("text", { outcome: "partial", retryable: !retryable })).toMatchObject(
        {
          outcome: "partial",
          retryable: !retryable,
        },
      );
    },
  );

  it("absent details leave no property behind", () => {
    expect(Object.keys(new errors.InterfaceError("text", { reqId: undefined }))).toEqual([
      "code",
      "codeName",
      "kind",
      "outcome",
      "retryable",
    ]);
  });

  it("ConnectionError of a lost connection leaves the outcome open", () => {
    const { CONNECTION_LOST, CONNECTION_CLOSED } = errors.ClientCode;
    expect(new errors.ConnectionError("x", { code: CONNECTION_LOST }).outcome).toBe("unknown");
    expect(new errors.ConnectionError("x", { code: CONNECTION_CLOSED }).retryable).toBe(false);
    expect(new errors.ConnectionError("x", { code: CONNECTION_LOST }).codeName).toBe(
      "TDWIRE_CODE_CONNECTION_LOST",
    );
  });

  it("SchemalessError with rows written is partial", () => {
    const error = new errors.SchemalessError("x", { affectedRows: 3, line: "l" });
    expect(error).toMatchObject({ affectedRows: 3, line: "l", outcome: "partial" });
    expect(new errors.SchemalessError("x")).toMatchObject({ affectedRows: 0, outcome: "rejected" });
  });

  it("CodecError tells offset, needed and available", () => {
    const error = new errors.CodecError("x", { offset: 28, needed: 4, available: 1 });
    expect(error).toMatchObject({ offset: 28, needed: 4, available: 1 });
  });

  it("isTaosError() knows errors of another copy and refuses lookalikes", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("tdwire.TaosError")]: true });
    expect(isTaosError(foreign)).toBe(true);
    for (const value of [undefined, null, "x", 1, {}, new Error("x"), { name: "TaosError" }]) {
      expect(isTaosError(value)).toBe(false);
    }
  });
});

describe("databaseError()", () => {
  it.each(
    [
      [0x2600, "ProgrammingError"],
      [0x2603, "ProgrammingError"],
      [0x26ff, "ProgrammingError"],
      [0x0216, "ProgrammingError"],
      [0x0360, "ProgrammingError"],
      [0x0362, "ProgrammingError"],
      [0x0381, "ProgrammingError"],
      [0x0388, "ProgrammingError"],
      [0x0603, "ProgrammingError"],
      [0x0618, "ProgrammingError"],
      [0x060b, "ProgrammingError"],
      [0x2802, "ProgrammingError"],
      [0x013d, "ProgrammingError"],
      [0x000b, "OperationalError"],
      [0x0019, "OperationalError"],
      [0x0102, "OperationalError"],
      [0x0520, "OperationalError"],
      [0x061b, "OperationalError"],
      [0x073a, "OperationalError"],
      [0x0800, "OperationalError"],
      [0x090c, "OperationalError"],
      [0xfffe, "OperationalError"],
      [0x0003, "ConnectionError"],
      [0x0357, "ConnectionError"],
      [0x0358, "ConnectionError"],
      [0x1105, "ConnectionError"],
      [0x1124, "ConnectionError"],
      [0x0303, "DatabaseError"],
      [0x2700, "DatabaseError"],
      [0x3002, "DatabaseError"],
      [0xffff, "DatabaseError"],
      [0x7abc, "DatabaseError"],
    ] as const,
  )("classes 0x%s as %s", (code, name) => {
    const error = databaseError(code, "text");
    expect(error.name).toBe(name);
    expect(error.code).toBe(code);
    expect(error.kind).toBe(name === "ConnectionError" ? "authentication" : "server");
    expect(error.outcome).toBe(serverCodes.get(code)?.unknown ? "unknown" : "rejected");
    expect(error.message).toMatch(/^\[0x[0-9A-F]{4}\] text$/);
  });

  it.each(
    [
      ["statement", "StatementError"],
      ["schemaless", "SchemalessError"],
      ["tmq", "TmqError"],
      ["result", "ResultError"],
    ] as const,
  )("in context %s gives a %s whatever the code", (context, name) => {
    for (const code of [0x2603, 0x000b, 0x0357, 0xffff]) {
      const error = databaseError(code, "x", { context });
      expect(error).toMatchObject({ name, code, kind: "server" });
      expect(error).toBeInstanceOf(errors.DatabaseError);
    }
  });

  it("at login takes network codes and unknown users for connection errors", () => {
    expect(databaseError(0x000b, "x", { context: "connect" })).toMatchObject({
      name: "ConnectionError",
      kind: "connection",
      retryable: true,
    });
    expect(databaseError(0x0351, "x", { context: "connect" })).toMatchObject({
      name: "ConnectionError",
      kind: "authentication",
      retryable: false,
    });
    expect(databaseError(0x0388, "x", { context: "connect" }).name).toBe("ProgrammingError");
    expect(databaseError(0x0351, "x").name).toBe("ProgrammingError");
  });

  it("takes libtaos's negative codes", () => {
    expect(databaseError(0x80002603 | 0, "x").code).toBe(0x2603);
    expect(databaseError(0x80002603, "x").codeName).toBe("TSDB_CODE_PAR_TABLE_NOT_EXIST");
  });

  it.each(["", "  ", "success", "Success"])("has its own text for the message %j", (message) => {
    expect(databaseError(0x060b, message).message).toBe("[0x060B] Timestamp data out of range");
    expect(databaseError(0x7abc, message).message).toBe("[0x7ABC] the server gave no reason");
  });

  it("does not repeat a code that the server wrote itself", () => {
    expect(databaseError(0x0221, "[0x221] Invalid JSON format").message).toBe(
      "[0x221] Invalid JSON format",
    );
  });

  it("lets details win over the table", () => {
    expect(databaseError(0x2603, "x", { retryable: true, hint: "h", outcome: "partial" }))
      .toMatchObject({
        retryable: true,
        hint: "h",
        outcome: "partial",
      });
  });

  it("marks a consumer's end as fatal", () => {
    expect(databaseError(0x4002, "x", { context: "tmq" })).toMatchObject({ fatal: true });
    expect(databaseError(0x4007, "x", { context: "tmq" })).toMatchObject({ fatal: false });
  });

  it("hides the password of the failed statement", () => {
    const sql = "create user u pass 'Secr3t!x' sysinfo 2";
    for (
      const text of [
        `syntax error near "pass 'Secr3t!x' sysinfo 2"`,
        "bad password Secr3t!x",
        'near "Secr3',
      ]
    ) {
      const { message, sql: shown } = databaseError(0x2600, text, { sql });
      expect(`${message} ${shown}`).not.toContain("Secr3");
    }
  });
});

describe("serverCodes", () => {
  const rows = [...serverCodes];
  it.each(rows)("row %i is complete", (code, { name, text, retryable, unknown }) => {
    expect(code).toBeGreaterThan(0);
    expect(code).toBeLessThanOrEqual(0xffff);
    expect(name).toMatch(/^(TSDB_CODE|TAOSADAPTER)_[A-Z0-9_]+$/);
    expect(text).not.toBe("");
    const error = databaseError(code, "");
    expect(error).toMatchObject({ code, codeName: name });
    expect(error.retryable).toBe(retryable ?? false);
    expect(error.outcome).toBe(unknown === true ? "unknown" : "rejected");
    expect(error.message).toContain(text);
  });

  it("has every name once", () => {
    expect(new Set(rows.map(([, { name }]) => name)).size).toBe(rows.length);
  });

  it("never calls a refused login or wrong SQL retryable", () => {
    for (const [code, { retryable }] of rows) {
      // 0x0386: a database that is being dropped may be there again.
      if (code === 0x0386 || familyOf(code) === "operational" || familyOf(code) === "other") {
        continue;
      }
      expect(retryable, code.toString(16)).toBeUndefined();
    }
  });

  it("knows every code the recordings hold", () => {
    const found = new Set<number>();
    for (const file of readdirSync(new URL("../golden/blocks/", import.meta.url))) {
      if (!file.endsWith(".json")) continue;
      const text = readFileSync(new URL(`../golden/blocks/${file}`, import.meta.url), "utf8");
      for (const [, code] of text.matchAll(/"code": ?([1-9][0-9]*)/g)) found.add(Number(code));
    }
    for (const { code } of sqlCodes()) found.add(code);
    // 0x0216 shows that the SQL recordings were read.
    expect([...found]).toContain(0x0216);
    expect([...found].filter((code) => !serverCodes.has(code))).toEqual([]);
  });
});

function sqlCodes(): { code: number }[] {
  const text = readFileSync(new URL("../golden/sql.json", import.meta.url), "utf8");
  return [...text.matchAll(/\\?"code\\?": ?([1-9][0-9]*)/g)].map(([, code]) => ({
    code: Number(code),
  }));
}

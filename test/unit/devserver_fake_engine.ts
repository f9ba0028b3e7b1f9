/** A small engine for protocol tests: a few fixed answers, and what it was asked. */

import {
  type BoundTable,
  type Cell,
  type Engine,
  type EngineField,
  type Prepared,
  type RowSet,
  ServerError,
  type Session,
  type Update,
} from "../../src/devserver/engine.ts";

/** A field with the usual defaults. */
export function field(name: string, typeCode: number, length: number): EngineField {
  return { name, typeCode, length, precision: 0, scale: 0 };
}

/** An engine that remembers what it was asked. */
export interface FakeEngine extends Engine {
  executed: string[];
  bound: BoundTable[][];
  zones: string[];
  openCursors: number;
  openSessions: number;
}

/** Makes the engine. */
export function makeFakeEngine(): FakeEngine {
  const engine: FakeEngine = {
    executed: [],
    bound: [],
    zones: [],
    openCursors: 0,
    openSessions: 0,
    authenticate: (user, password) => user === "root" && password === "taosdata",
    openSession: () => openSession(engine),
    close: () => Promise.resolve(),
  };
  return engine;
}

function openSession(engine: FakeEngine): Session {
  engine.openSessions++;
  const session: Session = {
    database: null,
    timeZone: "UTC",
    execute: async (sql) => {
      engine.executed.push(sql);
      engine.zones.push(session.timeZone);
      return await answer(engine, session, sql);
    },
    prepare: (sql, needFields) => prepare(engine, session, sql, needFields),
    close: () => {
      engine.openSessions--;
      return Promise.resolve();
    },
  };
  return session;
}

async function answer(engine: FakeEngine, session: Session, sql: string): Promise<RowSet | Update> {
  const use = /^use `?(\w+)`?$/i.exec(sql);
  if (use) {
    if (use[1] === "nosuchdb") throw new ServerError(0x0388, "Database not exist");
    session.database = use[1]!;
    return { kind: "update", affectedRows: 0 };
  }
  if (/^insert/i.test(sql)) return { kind: "update", affectedRows: 1 };
  if (/^sleep/.test(sql)) {
    await new Promise((resolve) => setTimeout(resolve, Number(sql.slice(6))));
    return { kind: "update", affectedRows: 0 };
  }
  const rows = /^select (\d+) rows( then fail)?/.exec(sql);
  if (rows) return makeRows(engine, Number(rows[1]), rows[2] !== undefined);
  if (/^select \* from st/.test(sql)) {
    const fields = [field("ts", 9, 8), field("v", 4, 4), field("s", 8, 10), field("t", 4, 4)];
    return constant(fields, [[1_700_000_000_000n, 1_700_000_000_001n], [1, null], [
      Buffer.from("a"),
      null,
    ], [1, 1]]);
  }
  if (/^select 1$/.test(sql)) return constant([field("1", 5, 8)], [[1n]]);
  throw new ServerError(0x2600, `syntax error near "${sql}"`);
}

function constant(fields: EngineField[], columns: Cell[][]): RowSet {
  return {
    kind: "rows",
    fields,
    precision: "ms",
    blocks: (async function* () {
      yield columns;
    })(),
  };
}

function makeRows(engine: FakeEngine, count: number, fails: boolean): RowSet {
  engine.openCursors++;
  async function* blocks() {
    try {
      for (let start = 0; start < count; start += 4096) {
        const rows = Math.min(4096, count - start);
        yield [
          Array.from({ length: rows }, (_, i) => 1_700_000_000_000n + BigInt(start + i)),
          Array.from({ length: rows }, (_, i) => start + i),
        ] as Cell[][];
        await Promise.resolve();
      }
      if (fails) throw new ServerError(0x073a, "Query memory exhausted");
    } finally {
      engine.openCursors--;
    }
  }
  return {
    kind: "rows",
    fields: [field("ts", 9, 8), field("v", 4, 4)],
    precision: "us",
    blocks: blocks(),
  };
}

async function prepare(
  engine: FakeEngine,
  session: Session,
  sql: string,
  needFields: boolean,
): Promise<Prepared> {
  await Promise.resolve();
  const isInsert = /^insert/i.test(sql);
  if (!isInsert && !/^select/i.test(sql)) {
    throw new ServerError(0x2600, "stmt only support 'SELECT' or 'INSERT'");
  }
  const parameterCount = sql.split("?").length - 1;
  const isUnknown = /^insert into \? values/i.test(sql);
  if (isUnknown && needFields) throw new ServerError(0x022b, "Table does not exist");
  const columns = [{ ...field("ts", 9, 8), bindType: 1 as const }, {
    ...field("v", 4, 4),
    bindType: 1 as const,
  }, {
    ...field("s", 8, 10),
    bindType: 1 as const,
  }];
  const fields = /\busing\b/i.test(sql)
    ? [{ ...field("tbname", 8, 271), bindType: 4 as const }, {
      ...field("t", 4, 4),
      bindType: 2 as const,
    }, ...columns]
    : columns;
  return {
    isInsert,
    fields: isInsert && !isUnknown ? fields : null,
    parameterCount,
    execute: async (tables) => {
      engine.bound.push(tables);
      if (isInsert) {
        return {
          kind: "update",
          affectedRows: tables.reduce((n, t) => n + (t.columns[0]?.length ?? 0), 0),
        };
      }
      return await answer(engine, session, "select 3 rows");
    },
  };
}

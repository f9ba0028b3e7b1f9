/**
 * Writers whose data after any number of steps are known, so that what a killed server left behind can be judged: it holds
 * every acknowledged step, and of the step under way all or nothing.
 */

import { connect, type Connection, type Statement } from "../../mod.ts";

const user = { authorization: `Basic ${btoa("root:taosdata")}` };

/** Time of the rows numbered 0, in milliseconds. */
const base = 1_700_000_000_000;

/** Executes SQL over REST and returns the rows; an error of the server rejects. */
export async function runSql(url: string, sql: string): Promise<unknown[][]> {
  const response = await fetch(`${url.replace("ws:", "http:")}/rest/sql/kept`, {
    method: "POST",
    headers: user,
    body: sql,
  });
  const reply = await response.json() as { code: number; desc?: string; data: unknown[][] };
  if (reply.code !== 0) throw new Error(`0x${reply.code.toString(16)} ${reply.desc}: ${sql}`);
  return reply.data;
}

/** One client's work, cut into steps. */
export interface Work {
  readonly name: string;
  /** Prepares a connection of its own and returns what carries out one step. */
  open(url: string): Promise<{ step(number: number): Promise<void>; close(): Promise<void> }>;
  /** Reads what is in the database. */
  read(url: string): Promise<unknown>;
  /** What {@link read} must give after that many steps. */
  expected(steps: number): unknown;
}

/** A client that works until its server is gone. */
export class Writer {
  readonly work: Work;
  /** Steps that the server has acknowledged. */
  acknowledged = 0;
  /** True while a step is under way, or was when the server went. */
  isUnderWay = false;

  constructor(work: Work) {
    this.work = work;
  }

  /** Works until a step fails, which ends it; `failure` is told why when the server was not killed. */
  async run(url: string, isKilled: () => boolean): Promise<void> {
    let client: Awaited<ReturnType<Work["open"]>> | undefined;
    try {
      client = await this.work.open(url);
      while (!isKilled()) {
        this.isUnderWay = true;
        await client.step(this.acknowledged);
        this.acknowledged++;
        this.isUnderWay = false;
      }
    } catch (error) {
      if (!isKilled()) throw error;
    } finally {
      await client?.close().catch(() => undefined);
    }
  }

  /** Compares the database with what was acknowledged; returns the difference, or null. */
  async check(url: string): Promise<string | null> {
    const found = JSON.stringify(await this.work.read(url));
    const candidates = this.isUnderWay
      ? [this.acknowledged, this.acknowledged + 1]
      : [this.acknowledged];
    this.isUnderWay = false;
    for (const steps of candidates) {
      if (found !== JSON.stringify(this.work.expected(steps))) continue;
      this.acknowledged = steps;
      return null;
    }
    const wanted = candidates.map((steps) => JSON.stringify(this.work.expected(steps)));
    return `${this.work.name}: found ${found}, expected ${wanted.join(" or ")}`;
  }
}

/** A connection of the client whose steps are SQL. */
function sqlSteps(sqlOf: (step: number) => string): Work["open"] {
  return async (url) => {
    const db = await connect(`${url}/kept`);
    return {
      step: async (number) => {
        await db.exec(sqlOf(number));
      },
      close: () => db.close(),
    };
  };
}

/** Rows of two child tables in one INSERT. */
const rowsPerStep = (step: number): number => 1 + step % 40;
const inserts: Work = {
  name: "INSERT into two tables",
  open: sqlSteps((step) => {
    const rows = Array.from(
      { length: rowsPerStep(step) },
      (_, row) => `(${base + step * 100 + row}, ${step}, 'row ${row}')`,
    ).join("");
    return `insert into i1 using st tags (1) values ${rows} i2 using st tags (2) values ${rows}`;
  }),
  read: (url) =>
    runSql(url, "select count(v), sum(v) from st where g in (1, 2) group by g order by g"),
  expected: (steps) => {
    let [count, sum] = [0, 0];
    for (let step = 0; step < steps; step++) {
      count += rowsPerStep(step);
      sum += step * rowsPerStep(step);
    }
    return count === 0 ? [] : [[count, sum], [count, sum]];
  },
};

/** Bound rows, wide enough for the log to be checkpointed now and then. */
const boundRows: Work = {
  name: "stmt2",
  open: async (url) => {
    const db: Connection = await connect(`${url}/kept`);
    const statement: Statement = await db.prepare(
      "insert into ? using st (g) tags (?) (ts, v, s) values (?, ?, ?)",
    );
    const text = "x".repeat(1000);
    return {
      step: async (step) => {
        const times = Array.from({ length: 100 }, (_, row) => new Date(base + step * 100 + row));
        const columns = [times, times.map(() => step), times.map(() => text)];
        statement.bind({ name: "b", tags: [3], columns });
        await statement.execute();
      },
      close: () => db.close(),
    };
  },
  read: (url) => runSql(url, "select count(s), sum(v) from st where g = 3"),
  expected: (steps) => [[100 * steps, steps === 0 ? null : 50 * steps * (steps - 1)]],
};

/** Rows that overwrite earlier ones. */
const slots = 16;
const overwrites: Work = {
  name: "INSERT over rows",
  open: sqlSteps((step) => `insert into o values (${base + step % slots}, ${step})`),
  read: (url) => runSql(url, "select v from o order by ts"),
  expected: (steps) =>
    Array.from({ length: Math.min(slots, steps) }, (_, slot) => [
      slot + slots * Math.floor((steps - 1 - slot) / slots),
    ]),
};

/** A table created, written, deleted from and dropped, in turns, each step acknowledged by itself. */
const tables: Work = {
  name: "CREATE, DELETE, DROP",
  open: sqlSteps((step) => {
    const name = `churn${step >> 2}`;
    return [
      `create table ${name} (ts timestamp, v int)`,
      `insert into ${name} values (${base}, 1) (${base + 1}, 2)`,
      `delete from ${name} where ts = ${base}`,
      `drop table ${name}`,
    ][step % 4]!;
  }),
  read: async (url) => {
    const names = await runSql(
      url,
      "select table_name from information_schema.ins_tables where db_name = 'kept' and table_name like 'churn%'",
    );
    const rows = names.map(([name]) => runSql(url, `select v from ${name} order by ts`));
    return [names, await Promise.all(rows)];
  },
  expected: (steps) => {
    const rows = [null, [], [[1], [2]], [[2]]][steps % 4]!;
    return rows === null ? [[], []] : [[[`churn${steps >> 2}`]], [rows]];
  },
};

/** Child tables that come with their rows, over REST. */
const children: Work = {
  name: "child tables",
  open: (url) =>
    Promise.resolve({
      step: async (step) => {
        await runSql(
          url,
          `insert into c${step} using st2 tags (${step}) values (${base}, ${step})`,
        );
      },
      close: () => Promise.resolve(),
    }),
  read: (url) => runSql(url, "select count(*), sum(g), sum(v) from st2"),
  expected: (steps) => {
    const sum = steps === 0 ? null : steps * (steps - 1) / 2;
    return [[steps, sum, sum]];
  },
};

/** A column that comes and goes between rows. */
const columns: Work = {
  name: "ALTER",
  open: sqlSteps((step) =>
    [
      "alter table a add column x bigint",
      `insert into a values (${base + step}, ${step}, 0)`,
      "alter table a drop column x",
      `insert into a values (${base + step}, ${step})`,
    ][step % 4]!
  ),
  read: async (url) => [
    (await runSql(url, "describe a")).map(([name]) => name),
    await runSql(url, "select count(*), sum(v) from a"),
  ],
  expected: (steps) => {
    const rows = Array.from({ length: steps >> 1 }, (_, row) => 2 * row + 1);
    const hasColumn = steps % 4 === 1 || steps % 4 === 2;
    const sum = rows.length === 0 ? null : rows.reduce((total, step) => total + step);
    return [hasColumn ? ["ts", "v", "x"] : ["ts", "v"], [[rows.length, sum]]];
  },
};

/** Schemaless lines, each with a series of its own. */
const lines: Work = {
  name: "schemaless",
  open: async (url) => {
    const db = await connect(`${url}/kept`);
    return {
      step: async (step) => {
        await db.writeLines(`line,host=h${step % 5} v=${step}i,w=1i ${base + step}`, {
          protocol: "line",
          precision: "ms",
        });
      },
      close: () => db.close(),
    };
  },
  read: (url) => runSql(url, "select count(*), sum(v), sum(w) from line"),
  expected: (steps) => [
    steps === 0 ? [0, null, null] : [steps, steps * (steps - 1) / 2, steps],
  ],
};

/** What the writers expect to be there. */
export const preparations: readonly string[] = [
  "create database if not exists kept keep 36500",
  "create stable if not exists kept.st (ts timestamp, v bigint, s varchar(1000)) tags (g int)",
  "create stable if not exists kept.st2 (ts timestamp, v bigint) tags (g bigint)",
  "create table if not exists kept.o (ts timestamp, v bigint)",
  "create table if not exists kept.a (ts timestamp, v bigint)",
  "create stable if not exists kept.line (_ts timestamp, v bigint, w bigint) tags (host nchar(16))",
];

/** All kinds of work. */
export const works: readonly Work[] = [
  inserts,
  boundRows,
  overwrites,
  tables,
  children,
  columns,
  lines,
];

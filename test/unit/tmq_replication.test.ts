/** Copies under a random life of the source, stopped and resumed at random points: in the end both are the same. */

import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyMessage, connect, type Connection, subscribe } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";

const seed = Number(process.env["TDWIRE_TEST_SEED"] ?? Date.now() % 1_000_000);
const startMs = 1_700_000_000_000;

let origin: DevServer;
let copy: DevServer;
let source: Connection;
let target: Connection;

beforeAll(async () => {
  [origin, copy] = [await createServer({ port: 0 }), await createServer({ port: 0 })];
  [source, target] = [await connect(origin.url), await connect(copy.url)] as Connection[] as [
    Connection,
    Connection,
  ];
  for (const db of [source, target]) {
    await db.exec("create database d vgroups 3 wal_retention_period 3600");
    await db.use("d");
  }
});
afterAll(async () => {
  for (const db of [source, target]) await db.close();
  for (const server of [origin, copy]) await server.close();
});

/** Whole numbers below a bound. */
function randomOf(start: number): (bound: number) => number {
  let state = start;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
}

const types = ["int", "bigint unsigned", "double", "nchar(6)", "decimal(20, 4)", "bool"] as const;
type ColumnType = typeof types[number];

interface Table {
  readonly name: string;
  /** Own columns; children have those of the super table. */
  readonly columns: Map<string, ColumnType>;
  readonly isChild: boolean;
}

/** A database that changes at random. */
class Life {
  readonly #random: (bound: number) => number;
  readonly #stable = new Map<string, ColumnType>([["v", "int"]]);
  #tag = "label";
  tables: Table[] = [];
  #count = 0;

  constructor(random: (bound: number) => number) {
    this.#random = random;
  }

  #one<T>(of: readonly T[]): T {
    return of[this.#random(of.length)]!;
  }

  async begin(): Promise<void> {
    await source.exec(
      "create stable st (ts timestamp, v int) tags (label nchar(20), serial bigint)",
    );
    await source.exec("create topic tp with meta as database d");
  }

  /** One change. */
  async step(): Promise<void> {
    const table = this.#one(this.tables);
    const steps = [
      () => this.#createChild(),
      () => this.#createNormal(),
      () => this.#insert(table),
      () => this.#insert(table),
      () => this.#insert(table),
      () => this.#addColumn(table),
      () => this.#dropColumn(table),
      () => this.#renameColumn(table),
      () => this.#renameTag(),
      () => this.#setTag(table),
      () => this.#drop(table),
      () => this.#delete(table),
    ];
    await (this.tables.length < 3 ? this.#createChild() : this.#one(steps)());
  }

  /** Names come again after a DROP, with other columns. */
  #name(prefix: string): string | undefined {
    const name = `${prefix}${this.#random(8)}`;
    return this.tables.some((table) => table.name === name) ? undefined : name;
  }

  async #createChild(): Promise<void> {
    const name = this.#name("c");
    if (name === undefined) return;
    const serial = 2n ** 62n + BigInt(this.#random(1000));
    await source.exec(`create table ${name} using st tags ('字${this.#count}', ${serial})`);
    this.tables.push({ name, columns: this.#stable, isChild: true });
  }

  async #createNormal(): Promise<void> {
    const name = this.#name("n");
    if (name === undefined) return;
    const columns = new Map<string, ColumnType>([["a", this.#one(types)], ["b", this.#one(types)]]);
    const list = [...columns].map(([column, type]) => `${column} ${type}`).join(", ");
    await source.exec(`create table ${name} (ts timestamp, ${list})`);
    this.tables.push({ name, columns, isChild: false });
  }

  #literal(type: ColumnType): string {
    if (this.#random(5) === 0) return "null";
    const n = this.#random(1_000_000);
    switch (type) {
      case "nchar(6)":
        return `'é${n % 1000}'`;
      case "decimal(20, 4)":
        return `${n}.0${n % 10}`;
      case "bool":
        return String(n % 2 === 0);
      case "bigint unsigned":
        return String(2n ** 63n + BigInt(n));
      default:
        return String(n);
    }
  }

  /** Times are never used twice: an update of some columns comes with NULL in the others. */
  async #insert({ name, columns }: Table): Promise<void> {
    const all = [...columns];
    const given = this.#random(2) === 0 ? all : all.slice(0, 1 + this.#random(all.length));
    const rows = Array.from({ length: 1 + this.#random(20) }, () => {
      const values = given.map(([, type]) => this.#literal(type));
      return `(${[startMs + ++this.#count, ...values].join(", ")})`;
    });
    const names = ["ts", ...given.map(([column]) => column)].join(", ");
    await source.exec(`insert into ${name} (${names}) values ${rows.join(" ")}`);
  }

  #alter({ name, isChild }: Table, change: string): Promise<unknown> {
    return source.exec(isChild ? `alter stable st ${change}` : `alter table ${name} ${change}`);
  }

  async #addColumn(table: Table): Promise<void> {
    const [column, type] = [`x${++this.#count}`, this.#one(types)];
    await this.#alter(table, `add column ${column} ${type}`);
    table.columns.set(column, type);
  }

  async #dropColumn(table: Table): Promise<void> {
    if (table.columns.size < 2) return;
    const column = this.#one([...table.columns.keys()]);
    await this.#alter(table, `drop column ${column}`);
    table.columns.delete(column);
  }

  async #renameColumn(table: Table): Promise<void> {
    if (table.isChild) return;
    const [column, renamed] = [this.#one([...table.columns.keys()]), `y${++this.#count}`];
    await this.#alter(table, `rename column ${column} ${renamed}`);
    const columns = [...table.columns].map((
      [name, type],
    ): [string, ColumnType] => [name === column ? renamed : name, type]);
    table.columns.clear();
    for (const [name, type] of columns) table.columns.set(name, type);
  }

  async #renameTag(): Promise<void> {
    const renamed = `label${++this.#count}`;
    await source.exec(`alter stable st rename tag ${this.#tag} ${renamed}`);
    this.#tag = renamed;
  }

  async #setTag({ name, isChild }: Table): Promise<void> {
    if (!isChild) return;
    await source.exec(`alter table ${name} set tag ${this.#tag} = 'set ${++this.#count}'`);
  }

  async #drop(table: Table): Promise<void> {
    await source.exec(`drop table ${table.name}`);
    this.tables = this.tables.filter((other) => other !== table);
  }

  async #delete({ name }: Table): Promise<void> {
    const from = startMs + this.#random(this.#count + 1);
    await source.exec(`delete from ${name} where ts >= ${from} and ts <= ${from + 10}`);
  }
}

/** Applies up to so many messages; the last of them is not committed. */
async function resume(most: number): Promise<number> {
  await using consumer = await subscribe(origin.url, {
    topics: ["tp"],
    groupId: "copy",
    offsetReset: "earliest",
    autoCommit: false,
    config: { "min.poll.rows": "1" },
  });
  let count = 0;
  for (let message; count < most && (message = await consumer.poll(300)) !== null; count++) {
    const { skipped } = await applyMessage(message, { source, target });
    expect(skipped).toEqual([]);
    if (count < most - 1) await message.commit();
  }
  return count;
}

describe("applyMessage()", () => {
  it(`makes the same of a random life (TDWIRE_TEST_SEED=${seed})`, async () => {
    const random = randomOf(seed);
    const life = new Life(random);
    await life.begin();
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 12; i++) await life.step();
      await resume(1 + random(12));
    }
    while (await resume(1_000) > 0);
    const read = async (db: Connection, sql: string) => (await db.query(sql)).toArrays();
    for (
      const sql of [
        "describe st",
        "select distinct tbname, serial from st order by tbname",
        "select * from st order by tbname, ts",
        ...life.tables.map(({ name }) => `select * from ${name} order by ts`),
        ...life.tables.map(({ name }) => `describe ${name}`),
      ]
    ) {
      expect([sql, await read(target, sql)]).toEqual([sql, await read(source, sql)]);
    }
    const names = async (db: Connection) =>
      (await read(db, "show tables")).map(([name]) => name).sort();
    expect(await names(target)).toEqual(await names(source));
  }, 120_000);
});

/** A database that changes at random: tables, their columns and tags, and rows. */

import type { Connection } from "../../mod.ts";

const startMs = 1_700_000_000_000;

const types = [
  "int",
  "bigint unsigned",
  "double",
  "nchar(6)",
  "nchar(9)",
  "decimal(20, 4)",
  "decimal(10, 2)",
  "bool",
] as const;
type ColumnType = typeof types[number];

interface Table {
  readonly name: string;
  /** Own columns; children have those of the super table. */
  columns: Map<string, ColumnType>;
  readonly superTable: SuperTable | null;
}

interface SuperTable {
  readonly name: string;
  readonly columns: Map<string, ColumnType>;
  readonly tags: Set<string>;
}

/** Changes of one database, which is the current one of the connection. */
export class RandomLife {
  readonly #db: Connection;
  readonly #random: (bound: number) => number;
  tables: Table[] = [];
  superTables: SuperTable[] = [];
  #count = 0;

  constructor(db: Connection, random: (bound: number) => number) {
    this.#db = db;
    this.#random = random;
  }

  /** One change, which may turn out to be none. */
  async step(): Promise<void> {
    if (this.superTables.length === 0) return await this.#createSuperTable();
    if (this.tables.length < 3) return await this.#createChild();
    const table = this.#one(this.tables);
    const superTable = this.#one(this.superTables);
    const steps = [
      () => this.#createChild(),
      () => this.#createNormal(),
      () => this.#insert(table),
      () => this.#insert(table),
      () => this.#insert(table),
      () => this.#insert(table),
      () => this.#addColumn(table),
      () => this.#addColumn(table),
      () => this.#dropColumn(table),
      () => this.#dropColumn(table),
      () => this.#renameColumn(table),
      () => this.#widenColumn(table),
      () => this.#addTag(superTable),
      () => this.#dropTag(superTable),
      () => this.#renameTag(superTable),
      () => this.#setTag(table),
      () => this.#setTag(table),
      () => this.#drop(table),
      () => this.#delete(table),
      () => this.#random(4) === 0 ? this.#createSuperTable() : this.#insert(table),
      () => this.#random(4) === 0 ? this.#dropSuperTable(superTable) : this.#insert(table),
    ];
    await this.#one(steps)();
  }

  #one<T>(of: readonly T[]): T {
    return of[this.#random(of.length)]!;
  }

  /** A name that is free; names come again when what had them is gone. */
  #name(prefix: string, taken: Iterable<string>): string | undefined {
    const name = `${prefix}${this.#random(6)}`;
    return [...taken].includes(name) ? undefined : name;
  }

  async #createSuperTable(): Promise<void> {
    const name = this.#name("s", this.superTables.map((table) => table.name));
    if (name === undefined) return;
    const columns = new Map<string, ColumnType>([["v", this.#one(types)]]);
    const list = [...columns].map(([column, type]) => `${column} ${type}`).join(", ");
    await this.#db.exec(
      `create stable ${name} (ts timestamp, ${list}) tags (label nchar(20), serial bigint)`,
    );
    this.superTables.push({ name, columns, tags: new Set(["label", "serial"]) });
  }

  async #dropSuperTable(superTable: SuperTable): Promise<void> {
    await this.#db.exec(`drop stable ${superTable.name}`);
    this.superTables = this.superTables.filter((other) => other !== superTable);
    this.tables = this.tables.filter((table) => table.superTable !== superTable);
  }

  async #createChild(): Promise<void> {
    const superTable = this.#one(this.superTables);
    const name = this.#name(`${superTable.name}c`, this.tables.map((table) => table.name));
    if (name === undefined) return;
    const tags = [...superTable.tags];
    const values = tags.map((tag) => this.#tagLiteral(tag));
    await this.#db.exec(
      `create table ${name} using ${superTable.name} (${tags.join(", ")}) tags (${values})`,
    );
    this.tables.push({ name, columns: superTable.columns, superTable });
  }

  /** Tags with an odd number are text, like the first one. */
  #tagLiteral(tag: string): string {
    if (this.#random(6) === 0) return "null";
    const n = BigInt(this.#random(1000));
    return isText(tag) ? `'字${n}'` : String(2n ** 62n + n);
  }

  async #createNormal(): Promise<void> {
    const name = this.#name("n", this.tables.map((table) => table.name));
    if (name === undefined) return;
    const columns = new Map<string, ColumnType>([["a", this.#one(types)], ["b", this.#one(types)]]);
    const list = [...columns].map(([column, type]) => `${column} ${type}`).join(", ");
    await this.#db.exec(`create table ${name} (ts timestamp, ${list})`);
    this.tables.push({ name, columns, superTable: null });
  }

  #literal(type: ColumnType): string {
    if (this.#random(5) === 0) return "null";
    const n = this.#random(1_000_000);
    switch (type) {
      case "nchar(6)":
      case "nchar(9)":
        return `'${type === "nchar(9)" ? "ééé" : ""}é${n % 1000}'`;
      case "decimal(20, 4)":
        return `${n}000000.0${n % 1000}`;
      case "decimal(10, 2)":
        return `${n}.${n % 100}`;
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
    await this.#db.exec(`insert into ${name} (${names}) values ${rows.join(" ")}`);
  }

  async #alter({ name, superTable }: Table, change: string): Promise<void> {
    const table = superTable === null ? `table ${name}` : `stable ${superTable.name}`;
    await this.#db.exec(`alter ${table} ${change}`);
  }

  async #addColumn(table: Table): Promise<void> {
    const taken = [...table.columns.keys(), ...table.superTable?.tags ?? []];
    const column = this.#name("x", taken);
    if (column === undefined) return;
    const type = this.#one(types);
    await this.#alter(table, `add column ${column} ${type}`);
    table.columns.set(column, type);
  }

  async #dropColumn(table: Table): Promise<void> {
    if (table.columns.size < 2) return;
    const column = this.#one([...table.columns.keys()]);
    await this.#alter(table, `drop column ${column}`);
    table.columns.delete(column);
  }

  /** A name that a rename gives is never given again. */
  async #renameColumn(table: Table): Promise<void> {
    if (table.superTable !== null) return;
    const [column, renamed] = [this.#one([...table.columns.keys()]), `y${++this.#count}`];
    await this.#alter(table, `rename column ${column} ${renamed}`);
    table.columns = new Map(
      [...table.columns].map(([name, type]) => [name === column ? renamed : name, type]),
    );
  }

  async #widenColumn(table: Table): Promise<void> {
    const [column] = [...table.columns].find(([, type]) => type === "nchar(6)") ?? [];
    if (column === undefined) return;
    await this.#alter(table, `modify column ${column} nchar(9)`);
    table.columns.set(column, "nchar(9)");
  }

  async #addTag({ name, columns, tags }: SuperTable): Promise<void> {
    const tag = this.#name("x", [...columns.keys(), ...tags]);
    if (tag === undefined) return;
    await this.#db.exec(
      `alter stable ${name} add tag ${tag} ${isText(tag) ? "nchar(20)" : "bigint"}`,
    );
    tags.add(tag);
  }

  async #dropTag({ name, tags }: SuperTable): Promise<void> {
    if (tags.size < 2) return;
    const tag = this.#one([...tags]);
    await this.#db.exec(`alter stable ${name} drop tag ${tag}`);
    tags.delete(tag);
  }

  async #renameTag({ name, columns, tags }: SuperTable): Promise<void> {
    const tag = this.#one([...tags]);
    const renamed = this.#name("x", [...columns.keys(), ...tags]);
    if (renamed === undefined || isText(tag) !== isText(renamed)) return;
    await this.#db.exec(`alter stable ${name} rename tag ${tag} ${renamed}`);
    tags.delete(tag);
    tags.add(renamed);
  }

  async #setTag({ name, superTable }: Table): Promise<void> {
    if (superTable === null) return;
    const tag = this.#one([...superTable.tags]);
    await this.#db.exec(`alter table ${name} set tag ${tag} = ${this.#tagLiteral(tag)}`);
  }

  async #drop(table: Table): Promise<void> {
    await this.#db.exec(`drop table ${table.name}`);
    this.tables = this.tables.filter((other) => other !== table);
  }

  async #delete({ name }: Table): Promise<void> {
    const from = startMs + this.#random(this.#count + 1);
    await this.#db.exec(`delete from ${name} where ts >= ${from} and ts <= ${from + 10}`);
  }
}

function isText(tag: string): boolean {
  return tag === "label" || Number(tag.slice(1)) % 2 === 1;
}

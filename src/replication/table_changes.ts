/**
 * What a subscription tells of tables, carried out on another database.
 *
 * @module
 */
import type { SqlValue } from "../sql/param.ts";
import { id } from "../sql/template.ts";
import type { AlterTableEvent, CreatedChildTable, MetaEvent } from "../tmq/metadata.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import type { Replication } from "./apply_message.ts";
import { columnsOf, saysMissing, type TableColumn } from "./columns.ts";
import {
  type Alteration,
  alterTable,
  createTable,
  isAlteration,
  isDone,
  lacksDigits,
  openTypes,
} from "./definitions.ts";
import { createChild, readTags } from "./tags.ts";
import { literalOf } from "./values.ts";

type CreateTableEvent = Parameters<typeof createTable>[0];

/** Tables whose tags are asked for at once. */
const tablesPerRequest = 1_000;

function* portions(tables: readonly string[]): Generator<string[]> {
  for (let at = 0; at < tables.length; at += tablesPerRequest) {
    yield tables.slice(at, at + tablesPerRequest);
  }
}

/** Carries out changes of the tables of one database. Each method tells how many statements it took. */
export class TableChanges {
  readonly #databases: Replication;
  readonly #database: string;
  readonly #limits: WaitOptions;

  /** `database` is the source's; the target's is the current one of its connection. */
  constructor(databases: Replication, database: string, limits: WaitOptions) {
    this.#databases = databases;
    this.#database = database;
    this.#limits = limits;
  }

  /** Carries out an event, unless that was done before; null when it does not say enough. */
  async apply(event: MetaEvent): Promise<number | null> {
    switch (event.type) {
      case "create":
        return event.tableType === "child"
          ? await this.#createChildren(event.tables)
          : await this.#create(event);
      case "alter":
        return await this.#alter(event);
      case "drop": {
        const kind = event.tableType === "super" ? "stable" : "table";
        for (const name of event.tableNames) {
          await this.#exec(`drop ${kind} if exists ${id(name).text}`);
        }
        return event.tableNames.length;
      }
      case "delete":
        return await this.#delete(event.sql);
      default:
        return null;
    }
  }

  /** Makes a table that the target lacks as the source has it now; whether the source still has it. */
  async recover(table: string): Promise<boolean> {
    const superTable = await this.#superTableOf(table);
    if (superTable === undefined) return false;
    if (superTable === "") return await this.#copyDefinition("table", table);
    return await this.#createChildren([{ tableName: table, using: superTable }]) > 0;
  }

  /** The columns that the source's table has now; null when it is gone. */
  async sourceColumns(table: string): Promise<TableColumn[] | null> {
    return await columnsOf(this.#databases.source, id(this.#database, table), this.#limits);
  }

  /** The columns of the target's table; null when there is none. */
  async targetColumns(table: string): Promise<TableColumn[] | null> {
    return await columnsOf(this.#databases.target, id(table), this.#limits);
  }

  async #exec(sql: string, params: Parameters<Replication["target"]["exec"]>[1] = []) {
    await this.#databases.target.exec(sql, params, this.#limits);
  }

  async #create(event: CreateTableEvent): Promise<number> {
    const { tableName, tableType } = event;
    const isOpen = event.columns.some(lacksDigits);
    const present = isOpen ? await this.sourceColumns(tableName) ?? [] : [];
    const known = openTypes(event, event.columns, event.columns, present);
    // Without a type it is gone, and its values are passed over.
    const columns = event.columns.filter((column) =>
      !lacksDigits(column) || known.has(column.name)
    );
    if (columns.length < 2) {
      const kind = tableType === "super" ? "stable" : "table";
      return Number(await this.#copyDefinition(kind, tableName));
    }
    await this.#exec(createTable({ ...event, columns }, known));
    return 1;
  }

  async #createChildren(
    tables: readonly Pick<CreatedChildTable, "tableName" | "using">[],
  ): Promise<number> {
    let statements = 0;
    for (const using of new Set(tables.map((table) => table.using))) {
      const names = await this.#tagNames(using);
      // A super table that is gone will be dropped by a later event, as will a table.
      if (names === null) continue;
      const own = tables.filter((table) => table.using === using);
      for (const some of portions(own.map(({ tableName }) => tableName))) {
        for (const [tableName, tags] of await this.#tagsOf(using, some)) {
          const { sql, params } = createChild(tableName, using, names, tags);
          await this.#exec(sql, params);
          statements++;
        }
      }
    }
    return statements;
  }

  /** Names of a super table's tags on the target, where it is made first if need be; null when it is gone. */
  async #tagNames(superTable: string): Promise<string[] | null> {
    let columns = await this.targetColumns(superTable);
    if (columns === null && await this.#copyDefinition("stable", superTable)) {
      columns = await this.targetColumns(superTable);
    }
    return columns && columns.filter(({ isTag }) => isTag).map(({ name }) => name);
  }

  async #tagsOf(superTable: string, tables: readonly string[]) {
    const name = id(this.#database, superTable);
    return await readTags(this.#databases.source, name, tables, this.#limits);
  }

  async #alter(event: AlterTableEvent): Promise<number | null> {
    const { tableName, change } = event;
    if (change === "set-tag" || change === "set-tags") return await this.#setTags(event);
    if (!isAlteration(event)) return null;
    const statements = await this.#alterColumns(event);
    if (change !== "rename-tag" && change !== "drop-tag") return statements;
    return statements + await this.#retag(tableName, event.newName ?? event.column);
  }

  async #alterColumns(event: Alteration): Promise<number> {
    const { tableName, columnType: type, column: name } = event;
    const columns = await this.targetColumns(tableName);
    // Without a table it is older than the log: its rows will have it made as it is now.
    if (columns === null) return 0;
    const present = await this.sourceColumns(tableName) ?? [];
    if (isDone(event, columns, present)) return 0;
    const open = type === undefined ? [] : [{ ...event, name, type }];
    const known = openTypes(event, open, [...columns, ...open], present);
    if (open.some(lacksDigits) && !known.has(name)) return 0;
    await this.#exec(alterTable(event, known));
    return 1;
  }

  async #setTags({ tableName, tags = [] }: AlterTableEvent): Promise<number> {
    const superTable = await this.#superTableOf(tableName);
    if (superTable === undefined || superTable === "") return 0;
    if (await this.targetColumns(tableName) === null) return 0;
    const present = (await this.#tagsOf(superTable, [tableName])).get(tableName);
    const names = await this.#tagNames(superTable);
    // Under another name it is set when the name is told.
    const known = tags.filter(({ name }) => present?.has(name) && names?.includes(name));
    for (const { name } of known) await this.#setTag(tableName, name, present!.get(name)!);
    return known.length;
  }

  /** Sets a tag of all child tables: its name was another's, or nobody's, when they were made. */
  async #retag(superTable: string, tag: string): Promise<number> {
    if (!(await this.#tagNames(superTable))?.includes(tag)) return 0;
    const { target } = this.#databases;
    const name = id(superTable);
    const sql = `select distinct tbname from ${name.text}`;
    const [tables] = (await target.query(sql, [], this.#limits)).batch.columns;
    const names = tables!.toArray().map(String);
    let statements = 0;
    for (const some of portions(names)) {
      const present = await this.#tagsOf(superTable, some);
      const own = await readTags(target, name, some, this.#limits);
      for (const [table, tags] of present) {
        const [value, old] = [tags.get(tag), own.get(table)?.get(tag)];
        if (value === undefined || old === undefined) continue;
        if (literalOf(value) === literalOf(old)) continue;
        await this.#setTag(table, tag, value);
        statements++;
      }
    }
    return statements;
  }

  async #setTag(table: string, tag: string, value: SqlValue): Promise<void> {
    await this.#exec(`alter table ${id(table).text} set tag ${id(tag).text} = ?`, [value]);
  }

  async #delete(sql: string): Promise<number> {
    try {
      await this.#exec(sql);
      return 1;
    } catch (error) {
      if (saysMissing(error)) return 0;
      throw error;
    }
  }

  /** The super table of one of the source's tables; empty when it has none, undefined when the table is gone. */
  async #superTableOf(table: string): Promise<string | undefined> {
    const sql = "select stable_name from information_schema.ins_tables " +
      `where db_name = ${literalOf(this.#database)} and table_name = ${literalOf(table)}`;
    const name = await this.#databases.source.query(sql, [], this.#limits).value<string>();
    return name === null ? "" : name;
  }

  /** Makes a table by the source's own definition; whether it still has it. */
  async #copyDefinition(kind: "stable" | "table", table: string): Promise<boolean> {
    const sql = `show create ${kind} ${id(this.#database, table).text}`;
    const definition = await this.#databases.source.query(sql, [], this.#limits)
      .catch((error: unknown) => {
        if (saysMissing(error)) return null;
        throw error;
      });
    if (definition === null) return false;
    const create = String(definition.batch.column(1).get(0));
    await this.#exec(create.replace(/^create (stable|table)/i, "$& if not exists"));
    return true;
  }
}

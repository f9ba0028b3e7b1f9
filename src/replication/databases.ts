/**
 * The two databases between which a message is applied.
 *
 * @module
 */
import type { Connection } from "../connection.ts";
import { DatabaseError } from "../errors.ts";
import type { SqlValue } from "../sql/param.ts";
import { id, type Identifier } from "../sql/template.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import type { Replication } from "./apply_message.ts";
import { declaredLength, storageText, type TableColumn } from "./columns.ts";
import { literalOf } from "./values.ts";

/** What servers answer about a table or super table that they do not have. */
const missing: ReadonlySet<number> = new Set([0x0361, 0x0362, 0x0618, 0x2603, 0x2662]);

/** Tables that are asked for at once. */
const tablesPerRequest = 1_000;

/** Tables as many at a time as may be asked for. */
export function* portions(tables: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < tables.length; at += tablesPerRequest) {
    yield tables.slice(at, at + tablesPerRequest);
  }
}

/** Whether an error says that there is no such table. */
export function saysMissing(error: unknown): boolean {
  return error instanceof DatabaseError && missing.has(error.code);
}

/** The source's database and the target's current one. */
export class Databases {
  readonly source: Connection;
  readonly target: Connection;
  /** Name of the source's. */
  readonly name: string;
  readonly limits: WaitOptions;

  constructor({ source, target }: Replication, name: string, limits: WaitOptions) {
    this.source = source;
    this.target = target;
    this.name = name;
    this.limits = limits;
  }

  /** How one of the source's tables is named in SQL. */
  inSource(table: string): Identifier {
    return id(this.name, table);
  }

  /** Runs a statement on the target. */
  async exec(sql: string, params: readonly SqlValue[] = []): Promise<void> {
    await this.target.exec(sql, params, this.limits);
  }

  /** The columns that the source's table has now, its tags behind them; null when it is gone. */
  async sourceColumns(table: string): Promise<TableColumn[] | null> {
    return await columnsOf(this.source, this.inSource(table), this.limits);
  }

  /** The columns of the target's table, its tags behind them; null when there is none. */
  async targetColumns(table: string): Promise<TableColumn[] | null> {
    return await columnsOf(this.target, id(table), this.limits);
  }

  /** Names of the target's child tables of a super table. */
  async targetChildren(superTable: string): Promise<string[]> {
    const sql = `select distinct tbname from ${id(superTable).text}`;
    const { batch } = await this.target.query(sql, [], this.limits);
    return batch.column(0).toArray().map(String);
  }

  /** The vgroups of those of the tables that the source has now, by name. A name is always in the same vgroup. */
  async vgroupsOf(tables: readonly string[]): Promise<Map<string, number>> {
    const vgroups = new Map<string, number>();
    for (const some of portions(tables)) {
      const { batch } = await this.#sourceTables(
        `table_name in (${some.map(literalOf).join(", ")})`,
      );
      const [names, , ids] = batch.columns.map((column) => column.toArray());
      names!.forEach((name, row) => vgroups.set(String(name), Number(ids![row])));
    }
    return vgroups;
  }

  /** The super table of one of the source's tables: null when it has none, undefined when the table is gone. */
  async superTableOf(table: string): Promise<string | null | undefined> {
    const { batch } = await this.#sourceTables(`table_name = ${literalOf(table)}`);
    if (batch.rowCount === 0) return undefined;
    return batch.column(1).get(0) as string | null;
  }

  async #sourceTables(condition: string) {
    const sql = "select table_name, stable_name, vgroup_id from information_schema.ins_tables " +
      `where db_name = ${literalOf(this.name)} and ${condition}`;
    return await this.source.query(sql, [], this.limits);
  }
}

async function columnsOf(
  db: Connection,
  table: Identifier,
  limits: WaitOptions,
): Promise<TableColumn[] | null> {
  try {
    const { batch } = await db.query(`describe ${table.text}`, [], limits);
    const rows = batch.columns.map((column) => column.toArray());
    return Array.from({ length: batch.rowCount }, (_, row) => {
      const text = (column: number) => rows[column] && String(rows[column][row]);
      const type = text(1)!.replace(/,\s*/, ", ");
      const isTag = text(3) === "TAG";
      const [encode, compress, level] = isTag ? [] : [text(4), text(5), text(6)];
      return {
        name: text(0)!,
        type,
        length: declaredLength(type, Number(text(2))),
        isTag,
        isKey: /\bKEY\b/.test(text(3)!),
        storage: encode === undefined
          ? ""
          : storageText({ encode, compress: compress!, level: level! }),
      };
    });
  } catch (error) {
    if (saysMissing(error)) return null;
    throw error;
  }
}

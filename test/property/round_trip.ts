/**
 * The law of tables: what was written is read, and a write changes the cells that it names and no others.
 *
 * @module
 */
import { id, type Precision } from "../../mod.ts";
import type { Cell, Column } from "./column_types.ts";
import { type Connections, type Job, nameList, type TableRows } from "./job.ts";
import { isSame, readCell, type ReadWay, readWays } from "./read_ways.ts";
import { keyOf, type Scenario, type Write } from "./scenario.ts";
import { superWays } from "./super_ways.ts";
import { tableWays, type Way } from "./table_ways.ts";

const waysByName: ReadonlyMap<string, Way> = new Map(
  [...tableWays, ...superWays].map((way) => [way.name, way]),
);

/** Rows by child table and time; a row has a cell for each column. */
type Content = Map<string, Map<bigint, Cell[]>>;

/** A cell as a way can write it. */
function writable(cell: Cell, { isText, keepsUnset }: Pick<Way, "isText" | "keepsUnset">): Cell {
  if (cell === undefined && !keepsUnset) return null;
  if (!isText) return cell;
  if (typeof cell === "number" && !Number.isFinite(cell)) return null;
  return typeof cell === "string" ? cell.replaceAll("\0", "") : cell;
}

/** A generated table on the server, and what should be in it. */
class GeneratedTable {
  readonly #scenario: Scenario;
  readonly #connections: Connections;
  readonly #precision: Precision;
  readonly #name: string;
  readonly #content: Content = new Map();
  /** Tags that each child was made with. */
  readonly #tags = new Map<string, readonly Cell[]>();
  #nextRow = 0;
  #nextCell = 0;

  constructor(scenario: Scenario, connections: Connections, precision: Precision, name: string) {
    this.#scenario = scenario;
    this.#connections = connections;
    this.#precision = precision;
    this.#name = name;
  }

  /** Creates the table. */
  async create(): Promise<void> {
    const { columns, tags } = this.#scenario;
    const declare = (list: readonly Column[]) =>
      list.map(({ name, sql }) => `${id(name).text} ${sql}`).join(", ");
    const kind = tags === null ? "table" : "stable";
    const tagList = tags === null ? "" : ` tags (${declare(tags)})`;
    const { socket } = this.#connections;
    await socket.exec(
      `create ${kind} ${id(this.#name).text} (ts timestamp, ${declare(columns)})${tagList}`,
    );
  }

  /** Drops the table. */
  async drop(): Promise<void> {
    const kind = this.#scenario.tags === null ? "table" : "stable";
    await this.#connections.socket.exec(`drop ${kind} ${id(this.#name).text}`);
  }

  /** Writes, and remembers it. */
  async write(write: Write): Promise<void> {
    const way = waysByName.get(write.way)!;
    const job = this.#job(write, way);
    const written = await way.write(job);
    if (written !== write.rows) {
      throw new Error(`${way.name} wrote ${written} rows of ${write.rows}`);
    }
    for (const { name, tags, rows } of job.tables) {
      this.#tags.set(name, tags);
      for (const { key, cells } of rows) this.#remember(name, key, job.columns, cells);
    }
  }

  /** Reads all, and compares. */
  async check(readName: string): Promise<void> {
    const way = readWays.find(({ name }) => name === readName)!;
    const { columns, tags } = this.#scenario;
    const read: Column[] = [{ name: "ts", type: "timestamp", sql: "", cells: [] }, ...columns];
    if (tags !== null) read.push({ name: "tbname", type: "varchar", sql: "", cells: [] }, ...tags);
    const list = nameList(read).replace("`tbname`", "tbname");
    const order = tags === null ? "ts" : "tbname, ts";
    const sql = `select ${list} from ${id(this.#name).text} order by ${order}`;
    const rows = await way.read(this.#connections, sql, read.map(({ name }) => name));
    compare(rows, this.#expected(), read, way, this.#precision);
  }

  #job({ rows, mask, over, variant }: Write, way: Way): Job {
    const { columns, tags, children } = this.#scenario;
    const namedColumns = columns.filter(({ type }, i) =>
      ((mask >> i) & 1) === 1 && (way.isText || type !== "decimal")
    );
    const from = over ? 0 : this.#nextRow;
    this.#nextRow = Math.max(this.#nextRow, from + rows);
    const tables = new Map<number, TableRows & { rows: { key: bigint; cells: Cell[] }[] }>();
    for (let row = from; row < from + rows; row++) {
      const child = row % children;
      if (!tables.has(child)) tables.set(child, { ...this.#child(child), rows: [] });
      const cellAt = this.#nextCell++;
      const cells = namedColumns.map(({ cells }) => writable(cells[cellAt % cells.length], way));
      tables.get(child)!.rows.push({ key: keyOf(this.#scenario, row, this.#precision), cells });
    }
    return {
      ...this.#connections,
      precision: this.#precision,
      superTable: tags === null ? undefined : this.#name,
      tags: tags ?? [],
      columns: namedColumns,
      tables: [...tables.values()],
      variant,
    };
  }

  /** Tags are the same in all writes, so they are such as all ways can write. */
  #child(child: number): Omit<TableRows, "rows"> {
    const { tags } = this.#scenario;
    if (tags === null) return { name: this.#name, tags: [], exists: true };
    const limits = { isText: true, keepsUnset: false };
    const name = `${this.#name} child ${child}`;
    return {
      name,
      exists: this.#content.has(name),
      tags: tags.map(({ cells }) => writable(cells[child % cells.length], limits)),
    };
  }

  #remember(table: string, key: bigint, columns: readonly Column[], cells: readonly Cell[]): void {
    const rows = this.#content.get(table) ?? new Map<bigint, Cell[]>();
    this.#content.set(table, rows);
    const row = rows.get(key) ?? this.#scenario.columns.map(() => null);
    rows.set(key, row);
    columns.forEach((column, i) => {
      const cell = cells[i];
      if (cell === undefined) return;
      row[this.#scenario.columns.indexOf(column)] = column.type === "float" && cell !== null
        ? Math.fround(cell as number)
        : cell;
    });
  }

  #expected(): Cell[][] {
    const { tags } = this.#scenario;
    return [...this.#content].sort(([left], [right]) => left < right ? -1 : 1).flatMap(
      ([table, rows]) =>
        [...rows].sort(([left], [right]) => left < right ? -1 : 1).map(([key, cells]) => [
          key,
          ...cells,
          ...(tags === null ? [] : [table, ...this.#tags.get(table)!]),
        ]),
    );
  }
}

/** Creates the table, writes and reads it; calls `count` for each write. */
export async function checkTable(
  scenario: Scenario,
  lane: Connections & { readonly precision: Precision },
  name: string,
  count: () => void,
): Promise<void> {
  const table = new GeneratedTable(scenario, lane, lane.precision, name);
  await table.create();
  for (const write of scenario.writes) {
    await table.write(write);
    count();
  }
  for (const read of scenario.reads) await table.check(read);
  await table.drop();
}

/** A value in a message. */
function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value instanceof Uint8Array) return `bytes ${[...value].join(" ")}`;
  return value instanceof Date || typeof value === "number"
    ? String(value)
    : JSON.stringify(value) ?? "undefined";
}

/** Throws at the first cell that is not as expected. */
export function compare(
  rows: readonly (readonly unknown[])[],
  expected: readonly (readonly Cell[])[],
  columns: readonly Column[],
  way: ReadWay,
  precision: Precision,
): void {
  if (rows.length !== expected.length) {
    throw new Error(`${way.name}: ${rows.length} rows were read instead of ${expected.length}`);
  }
  expected.forEach((cells, row) =>
    cells.forEach((cell, i) => {
      const wanted = readCell(cell, columns[i]!, way, precision);
      const actual = rows[row]![i];
      if (isSame(actual, wanted)) return;
      const place = `row ${row}, column ${JSON.stringify(columns[i]!.name)} ${columns[i]!.sql}`;
      throw new Error(`${way.name}: ${place}: ${show(actual)} was read instead of ${show(wanted)}`);
    })
  );
}

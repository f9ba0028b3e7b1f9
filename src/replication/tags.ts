/**
 * Tag values of child tables, as the source has them: metadata tells numbers as doubles, and bytes as text.
 *
 * @module
 */
import type { Connection } from "../connection.ts";
import { DataType, type DataTypeName } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { param, type SqlValue } from "../sql/param.ts";
import { id, type Identifier } from "../sql/template.ts";
import type { MetaTagValue } from "../tmq/metadata.ts";
import type { Field, Precision } from "../types.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import { columnsOf } from "./columns.ts";
import { formatGeometry } from "./geometry.ts";
import { literalOf } from "./literals.ts";

/** A table's tags by name. */
export type Tags = ReadonlyMap<string, SqlValue>;

const exact = {
  bigint: "bigint",
  timestamp: "bigint",
  json: "text",
  binary: "bytes",
  text: "bytes",
} as const;

function valueOf(cell: unknown, { typeCode }: Field, precision: Precision): SqlValue {
  if (cell === null) return null;
  switch (typeCode) {
    case DataType.TIMESTAMP:
      return param.timestamp(cell as bigint, precision);
    case DataType.VARCHAR:
      return param.varchar(cell as Uint8Array);
    case DataType.GEOMETRY:
      return formatGeometry(cell as Uint8Array);
    default:
      return cell as SqlValue;
  }
}

/** The present tags of child tables, by table; those that the server does not have are missing. */
export async function readTags(
  db: Connection,
  superTable: Identifier,
  tables: readonly string[],
  limits: WaitOptions,
): Promise<Map<string, Tags>> {
  const names = (await columnsOf(db, superTable, limits) ?? [])
    .filter(({ isTag }) => isTag).map(({ name }) => name);
  if (names.length === 0) return new Map();
  const owned = tables.map(literalOf).join(", ");
  const tags = names.map((name) => id(name).text).join(", ");
  const sql = `select distinct tbname, ${tags} from ${superTable.text} where tbname in (${owned})`;
  const { batch } = await db.query(sql, [], limits);
  const [owners, ...cells] = batch.columns.map((column) => column.toArray(exact));
  return new Map(owners!.map((owner, row) => {
    const values = names.map((name, i): [string, SqlValue] => {
      const { field } = batch.column(i + 1);
      return [name, valueOf(cells[i]![row], field, batch.precision)];
    });
    return [String(owner), new Map(values)];
  }));
}

/** Types of which metadata tells all values as they are. */
const plain: ReadonlySet<string | undefined> = new Set<DataTypeName>([
  "BOOL",
  "TINYINT",
  "SMALLINT",
  "INT",
  "TINYINT UNSIGNED",
  "SMALLINT UNSIGNED",
  "INT UNSIGNED",
  "FLOAT",
  "DOUBLE",
  "VARCHAR",
  "NCHAR",
]);

/** A tag's value as metadata tells it. */
function toldTag({ name, type, value }: MetaTagValue): SqlValue {
  if (value === null) return null;
  if (type === "JSON") return JSON.stringify(value);
  if (plain.has(type) || Number.isSafeInteger(value)) return value as SqlValue;
  throw new InterfaceError(
    `tag ${name}: metadata does not tell ${type} exactly, and the source calls it otherwise by now: copy anew`,
  );
}

/**
 * Tags under the names that they have on the target: where the source has another name meanwhile, as metadata tells
 * them.
 *
 * @throws {InterfaceError} When metadata does not tell such a tag exactly.
 */
export function tagsUnder(
  names: readonly string[],
  present: Tags,
  told: readonly MetaTagValue[],
): Tags {
  const values = new Map<string, SqlValue>();
  for (const name of names) {
    const old = told.find((tag) => tag.name === name);
    if (present.has(name)) values.set(name, present.get(name)!);
    else if (old !== undefined) values.set(name, toldTag(old));
  }
  return values;
}

/** Creates a child table, unless it is there. */
export function createChild(
  table: string,
  superTable: string,
  tags: Tags,
): { sql: string; params: SqlValue[] } {
  const names = [...tags.keys()].map((name) => id(name).text).join(", ");
  const marks = [...tags.keys()].map(() => "?").join(", ");
  const head = `create table if not exists ${id(table).text} using ${id(superTable).text}`;
  return { sql: `${head} (${names}) tags (${marks})`, params: [...tags.values()] };
}

/**
 * Writes a message's rows into a table.
 *
 * @module
 */
import type { MessageBlock } from "../codec/message_block.ts";
import type { Connection } from "../connection.ts";
import { DataType } from "../data_type.ts";
import { UnsupportedError } from "../errors.ts";
import { param, type SqlValue } from "../sql/param.ts";
import { id } from "../sql/template.ts";
import type { Field } from "../types.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import { formatGeometry } from "./geometry.ts";
import { literalOf } from "./literals.ts";

/** A statement may be 1 MiB long, on older servers half of that. */
const maxSqlLength = 400_000;

const exact = {
  bigint: "bigint",
  timestamp: "string",
  json: "text",
  binary: "bytes",
  decimal: "string",
  text: "bytes",
} as const;

/** Writes rows: bound, or in SQL on servers that cannot bind a type of theirs (DECIMAL before 3.4). */
export async function insertBlock(
  target: Connection,
  table: string,
  block: MessageBlock,
  limits: WaitOptions,
): Promise<void> {
  try {
    await target.insert(table, block, limits);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    for (const sql of insertStatements(table, block)) await target.exec(sql, [], limits);
  }
}

/** INSERTs of a block's rows, each short enough for a statement. */
function* insertStatements(table: string, block: MessageBlock): Generator<string> {
  const names = block.fields.map(({ name }) => id(name).text).join(", ");
  const head = `insert into ${id(table).text} (${names}) values`;
  const cells = block.columns.map((column) => column.toArray(exact));
  let sql = head;
  for (let row = 0; row < block.rowCount; row++) {
    const values = cells.map((column, i) => literalOf(valueOf(column[row], block.fields[i]!)));
    const text = ` (${values.join(", ")})`;
    if (sql !== head && sql.length + text.length > maxSqlLength) {
      yield sql;
      sql = head;
    }
    sql += text;
  }
  if (sql !== head) yield sql;
}

function valueOf(cell: unknown, { typeCode }: Field): SqlValue {
  if (cell === null) return null;
  switch (typeCode) {
    case DataType.DECIMAL:
    case DataType.DECIMAL64:
      return param.decimal(cell as string);
    case DataType.VARCHAR:
      return param.varchar(cell as Uint8Array);
    case DataType.GEOMETRY:
      return formatGeometry(cell as Uint8Array);
    default:
      return cell as SqlValue;
  }
}

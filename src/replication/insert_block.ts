/**
 * Writes a message's rows into a table.
 *
 * @module
 */
import type { MessageBlock } from "../codec/message_block.ts";
import type { Connection } from "../connection.ts";
import { UnsupportedError } from "../errors.ts";
import { id } from "../sql/template.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import { literalOf, valuesOf } from "./values.ts";

/** Bytes that a statement may have (protocol.md §1.1). */
const maxSqlBytes = 2 ** 20;

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
  const columns = block.columns.map(valuesOf);
  const bytesOf = (text: string) => new TextEncoder().encode(text).length;
  let sql = head;
  let length = bytesOf(head);
  for (let row = 0; row < block.rowCount; row++) {
    const text = ` (${columns.map((values) => literalOf(values[row]!)).join(", ")})`;
    const added = bytesOf(text);
    if (sql !== head && length + added > maxSqlBytes) {
      yield sql;
      [sql, length] = [head, bytesOf(head)];
    }
    sql += text;
    length += added;
  }
  if (sql !== head) yield sql;
}

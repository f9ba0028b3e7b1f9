/**
 * Writes a message's rows into a table.
 *
 * @module
 */
import type { MessageBlock } from "../codec/message_block.ts";
import { InterfaceError, UnsupportedError } from "../errors.ts";
import type { SqlValue } from "../sql/param.ts";
import { id } from "../sql/template.ts";
import type { Databases } from "./databases.ts";
import { literalOf, valuesOf } from "./values.ts";

/** Bytes that a statement may have (protocol.md §1.1). */
const maxSqlBytes = 2 ** 20;

/** Writes rows: bound, or in SQL on servers that cannot bind a type of theirs (DECIMAL before 3.4). */
export async function insertBlock(
  databases: Databases,
  table: string,
  block: MessageBlock,
): Promise<void> {
  try {
    await databases.target.insert(table, block, databases.limits);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const names = block.fields.map(({ name }) => name);
    await insertLiterals(databases, table, names, block.columns.map(valuesOf));
  }
}

/**
 * Writes rows in SQL, in columns of values.
 *
 * @throws {InterfaceError} Naming a number that SQL has no literal for, before anything is sent.
 */
export async function insertLiterals(
  databases: Databases,
  table: string,
  names: readonly string[],
  columns: readonly (readonly SqlValue[])[],
): Promise<void> {
  columns.forEach((values, column) => {
    const row = values.findIndex((value) => typeof value === "number" && !Number.isFinite(value));
    if (row < 0) return;
    const place = `table ${JSON.stringify(table)}, column ${JSON.stringify(names[column])}`;
    throw new InterfaceError(`${place}, row ${row}: SQL has no literal for ${values[row]}`);
  });
  const list = names.map((name) => id(name).text).join(", ");
  const head = `insert into ${id(table).text} (${list}) values`;
  for (const sql of insertStatements(head, columns)) await databases.exec(sql);
}

/** INSERTs of rows, each short enough for a statement. */
function* insertStatements(
  head: string,
  columns: readonly (readonly SqlValue[])[],
): Generator<string> {
  const bytesOf = (text: string) => new TextEncoder().encode(text).length;
  let sql = head;
  let length = bytesOf(head);
  for (let row = 0; row < columns[0]!.length; row++) {
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

/**
 * What a table looks like on a server.
 *
 * @module
 */
import type { Connection } from "../connection.ts";
import { DatabaseError } from "../errors.ts";
import type { Identifier } from "../sql/template.ts";
import type { Field } from "../types.ts";
import type { WaitOptions } from "../writer/writer_options.ts";

/** A column or tag. */
export interface TableColumn {
  readonly name: string;
  /** As DESCRIBE writes it, such as `DECIMAL(20, 4)`; the length of text is not in it. */
  readonly type: string;
  readonly length: number;
  readonly isTag: boolean;
}

/** What servers answer about a table or super table that they do not have. */
const missing: ReadonlySet<number> = new Set([0x0361, 0x0362, 0x0618, 0x2603, 0x2662]);

/** Whether an error says that there is no such table. */
export function saysMissing(error: unknown): boolean {
  return error instanceof DatabaseError && missing.has(error.code);
}

/** The columns of a table, its tags behind them; null when there is no such table. */
export async function columnsOf(
  db: Connection,
  table: Identifier,
  limits: WaitOptions,
): Promise<TableColumn[] | null> {
  try {
    const { batch } = await db.query(`describe ${table.text}`, [], limits);
    const [names, types, lengths, notes] = batch.columns;
    return Array.from({ length: batch.rowCount }, (_, row) => ({
      name: String(names!.get(row)),
      type: String(types!.get(row)),
      length: Number(lengths!.get(row)),
      isTag: notes!.get(row) === "TAG",
    }));
  } catch (error) {
    if (saysMissing(error)) return null;
    throw error;
  }
}

/** Whether a table has a column of a name and type, whatever its length or digits. */
export function hasColumn(
  columns: readonly TableColumn[],
  { name, type }: Pick<Field, "name" | "type">,
): boolean {
  const kind = kindOf(type);
  return columns.some((column) => column.name === name && kindOf(column.type) === kind);
}

/** `DECIMAL64` of a result is a `DECIMAL(10, 2)` of DESCRIBE. */
function kindOf(type: string): string {
  return type.replace(/64$|\(.*/, "");
}

/**
 * How bound rows are put together into requests.
 *
 * @module
 */
import { maxPartBytes, maxRowsPerTable } from "./row_ranges.ts";
import type { Source } from "../codec/bind_request.ts";

/** Rows of one table, as many as fit one request. */
export interface Chunk {
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly Source[];
}

/** A table and the rows bound to it. */
export interface BoundTable {
  readonly name: string | null;
  readonly tags: readonly unknown[];
  readonly chunks: Chunk[];
}

/** One table's share of a request. */
export interface Share {
  readonly chunks: Chunk[];
  rows: number;
}

/** What goes into one request. */
interface Part {
  readonly tables: Map<BoundTable, Share>;
  bytes: number;
}

function hasRoom({ tables, bytes }: Part, table: BoundTable, chunk: Chunk): boolean {
  if (bytes > 0 && bytes + chunk.bytes > maxPartBytes) return false;
  return (tables.get(table)?.rows ?? 0) + chunk.rows <= maxRowsPerTable;
}

function addTo(part: Part, table: BoundTable, chunk: Chunk): void {
  let share = part.tables.get(table);
  if (share === undefined) part.tables.set(table, share = { chunks: [], rows: 0 });
  share.chunks.push(chunk);
  share.rows += chunk.rows;
  part.bytes += chunk.bytes;
}

/** Distributes chunks over as few requests as their limits allow; rows of one table stay in their order. */
export function partsOf(tables: Iterable<BoundTable>): ReadonlyMap<BoundTable, Share>[] {
  const parts: Part[] = [];
  const partAt = (index: number) => parts[index] ??= { tables: new Map(), bytes: 0 };
  for (const table of tables) {
    let index = 0;
    for (const chunk of table.chunks) {
      // Later rows of a table never go into an earlier request.
      while (!hasRoom(partAt(index), table, chunk)) index++;
      addTo(partAt(index), table, chunk);
    }
  }
  return parts.map((part) => part.tables);
}

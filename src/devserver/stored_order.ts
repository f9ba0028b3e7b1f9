/**
 * Which orders rows have already as they are stored: sorting them would hold the whole result in memory, where the rows
 * of a scan are streamed.
 *
 * @module
 */
import { type Catalog, type Table, tableOf } from "./catalog.ts";
import { ServerError } from "./engine.ts";
import type { OrderItem, Query, Select } from "./sql/ast.ts";
import { aggregateFunction, findCalls, seriesNames } from "./sql/functions.ts";

/**
 * Rows of a super table above which its rows come as they are stored when the statement leaves the order open. Fewer rows
 * come child by child, which is easier on the eye.
 */
const sortedRows = 100_000;

/** A query, and whether it has to be sorted where it names no order. */
export interface OrderedQuery {
  query: Query;
  /** True when rows without ORDER BY have to be put into their natural order. */
  isSorted: boolean;
  /** The table whose stored order is relied on, or null. A late row, written meanwhile, ends that order. */
  reliesOn: Table | null;
}

/**
 * Leaves out the orders that the rows of one table have anyway.
 *
 * @param query The query.
 * @param catalog The tables.
 * @param current The current database, or null.
 * @returns The query, without ORDER BY where it is not needed.
 */
export function dropNeedlessOrder(
  query: Query,
  catalog: Catalog,
  current: string | null,
): OrderedQuery {
  const sorted: OrderedQuery = { query, isSorted: true, reliesOn: null };
  if (query.node !== "select" || !isPlain(query) || query.from?.node !== "table") return sorted;
  const found = findTable(query.from.name, catalog, current);
  if (found === null) return sorted;
  if (found.kind === "stable") {
    const isLong = query.orderBy.length === 0 && found.rowsWritten > sortedRows;
    return isLong ? { ...sorted, isSorted: false } : sorted;
  }
  const table = tableOf(found);
  const isRenamed = query.items.some(({ alias }) => alias === table.columns[0]!.name);
  const isByTime = !isRenamed && query.orderBy.every((item) => isTime(item, table));
  if (!table.isInOrder || !isByTime) return sorted;
  return { query: { ...query, orderBy: [] }, isSorted: false, reliesOn: table };
}

function findTable(
  name: { qualifier: string | null; name: string },
  catalog: Catalog,
  current: string | null,
): ReturnType<Catalog["find"]> | null {
  try {
    return catalog.find(name, current);
  } catch (error) {
    if (error instanceof ServerError) return null;
    throw error;
  }
}

/** Tells whether a query gives one row for a row, and all of them. */
function isPlain(query: Select): boolean {
  return !query.distinct && query.partitionBy.length === 0 && query.groupBy.length === 0 &&
    query.window === null && query.having === null && query.range === null &&
    query.limit === null && query.slimit === null &&
    query.items.every(({ expr }) =>
      findCalls(expr).every(({ name }) =>
        aggregateFunction(name) === undefined && !seriesNames.has(name)
      )
    );
}

function isTime({ expr, descending, nulls }: OrderItem, table: Table): boolean {
  return expr.node === "column" && expr.table === null && expr.name === table.columns[0]!.name &&
    !descending && nulls === null;
}

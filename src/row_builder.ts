/**
 * Cells by column → rows.
 *
 * @module
 */

type Cells = readonly (readonly unknown[])[];
type RowObject = Record<string, unknown>;
/** Fewer are undefined, and are not read. */
type Eight<T> = readonly [T, T, T, T, T, T, T, T];

/**
 * Builds row objects with one own property a column; of columns with the same name the last counts.
 *
 * @param names Names of the columns.
 * @param cells Cells of each column.
 * @param rowCount Number of rows.
 */
export function buildRowObjects(
  names: readonly string[],
  cells: Cells,
  rowCount: number,
): RowObject[] {
  // Assigning to `__proto__` would set the prototype.
  if (names.includes("__proto__")) return buildDefined(names, cells, rowCount);
  const rows = new Array<RowObject>(rowCount);
  const width = names.length;
  const [n0, n1, n2, n3, n4, n5, n6, n7] = names as unknown as Eight<string>;
  const [c0, c1, c2, c3, c4, c5, c6, c7] = cells as unknown as Eight<readonly unknown[]>;
  for (let row = 0; row < rowCount; row++) {
    // A statement a column: engines remember the shape of objects by the place in the code.
    const object: RowObject = {};
    if (width > 0) object[n0] = c0[row];
    if (width > 1) object[n1] = c1[row];
    if (width > 2) object[n2] = c2[row];
    if (width > 3) object[n3] = c3[row];
    if (width > 4) object[n4] = c4[row];
    if (width > 5) object[n5] = c5[row];
    if (width > 6) object[n6] = c6[row];
    if (width > 7) object[n7] = c7[row];
    for (let i = 8; i < width; i++) object[names[i]!] = cells[i]![row];
    rows[row] = object;
  }
  return rows;
}

function buildDefined(names: readonly string[], cells: Cells, rowCount: number): RowObject[] {
  return Array.from(
    { length: rowCount },
    (_, row) => Object.fromEntries(names.map((name, i) => [name, cells[i]![row]])),
  );
}

/**
 * Builds rows as arrays.
 *
 * @param cells Cells of each column.
 * @param rowCount Number of rows.
 */
export function buildRowArrays(cells: Cells, rowCount: number): unknown[][] {
  const width = cells.length;
  const rows = new Array<unknown[]>(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const array = new Array<unknown>(width);
    for (let i = 0; i < width; i++) array[i] = cells[i]![row];
    rows[row] = array;
  }
  return rows;
}

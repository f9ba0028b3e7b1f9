/**
 * A row as a text file has it.
 *
 * @module
 */

/** The text of a cell; null for NULL, undefined where the row does not have the column. */
export type SourceCell = string | null | undefined;

/** One row: its cells, or what is wrong with it. */
export type SourceRow =
  | {
    /** Number of its first line, from 1. */
    readonly line: number;
    /** Names of the columns; the same array as long as the names are the same. */
    readonly names: readonly string[];
    readonly cells: readonly SourceCell[];
    readonly problem?: undefined;
  }
  | { readonly line: number; readonly problem: string };

/**
 * Changes as text, for logs kept in a file.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Column } from "../catalog.ts";
import type { Cell } from "../engine.ts";
import type { JsonObject } from "../replies.ts";
import type { LogChange, LoggedChild, LoggedRows } from "./log_change.ts";

/** A cell as JSON can hold it: a mark in front of text, bigints, bytes and numbers JSON does not have. */
type Packed = null | boolean | number | string;

function pack(cell: Cell): Packed {
  if (typeof cell === "bigint") return `n${cell}`;
  if (typeof cell === "string") return `s${cell}`;
  if (cell instanceof Uint8Array) return `b${Buffer.from(cell).toString("base64")}`;
  if (typeof cell === "number" && (!Number.isFinite(cell) || Object.is(cell, -0))) {
    return Object.is(cell, -0) ? "f-0" : `f${cell}`;
  }
  return cell;
}

function unpack(packed: Packed): Cell {
  if (typeof packed !== "string") return packed;
  const rest = packed.slice(1);
  switch (packed[0]) {
    case "n":
      return BigInt(rest);
    case "b":
      return new Uint8Array(Buffer.from(rest, "base64"));
    case "f":
      return Number(rest);
    default:
      return rest;
  }
}

type PackedTable<T> = Omit<T, "cells"> & { cells: Packed[][] };
type PackedChild = Omit<LoggedChild, "tags"> & { tags: { column: Column; cell: Packed }[] };
type PackedChange =
  | {
    kind: "rows";
    created: PackedChild[];
    rows: PackedTable<LoggedRows>[];
    cost: number;
  }
  | { kind: "children"; created: PackedChild[] }
  | { kind: "event"; tableId: number; child: string | null; code: number; event: JsonObject }
  | { kind: "none" };

function packChild(child: LoggedChild): PackedChild {
  return { ...child, tags: child.tags.map(({ column, cell }) => ({ column, cell: pack(cell) })) };
}

function unpackChild(child: PackedChild): LoggedChild {
  return { ...child, tags: child.tags.map(({ column, cell }) => ({ column, cell: unpack(cell) })) };
}

/** Formats a change. */
export function formatChange(change: LogChange): string {
  if (change.kind === "event" || change.kind === "none") return JSON.stringify(change);
  const created = change.created.map(packChild);
  if (change.kind === "children") return JSON.stringify({ ...change, created });
  const rows = change.rows().map((table) => ({
    ...table,
    cells: table.cells.map((column) => column.map(pack)),
  }));
  return JSON.stringify({ ...change, created, rows });
}

/** Parses a change. */
export function parseChange(text: string): LogChange {
  const change = JSON.parse(text) as PackedChange;
  if (change.kind === "event" || change.kind === "none") return change;
  const created = change.created.map(unpackChild);
  if (change.kind === "children") return { ...change, created };
  const rows = change.rows.map((table): LoggedRows => ({
    ...table,
    cells: table.cells.map((column) => column.map(unpack)),
  }));
  return { ...change, created, rows: () => rows };
}

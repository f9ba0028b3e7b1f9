/**
 * The metadata event about created child tables (protocol.md §5.7).
 *
 * @module
 */
import type { Cell } from "../engine.ts";
import type { Json, JsonObject } from "../replies.ts";
import { isDecimal, type SqlType, Type } from "../sql/types.ts";
import type { LoggedChild } from "./log_change.ts";
import { tagText } from "./table_events.ts";

/** Numbers are told as doubles, so 64-bit ones lose digits; text is in quotes, JSON is the text of it. */
function valueOf(cell: Cell, type: SqlType): Json {
  if (type.code === Type.json) return String(cell);
  if (cell instanceof Uint8Array || typeof cell === "string") return tagText(cell, type);
  return isDecimal(type) ? Number(cell) / 10 ** type.scale : Number(cell);
}

function childFields({ name, stable, tags }: LoggedChild): JsonObject {
  return {
    tableName: name,
    using: stable,
    tagNum: tags.length,
    tags: tags.filter(({ cell }) => cell !== null).map(({ column, cell }): JsonObject => ({
      name: column.name,
      type: column.type.code,
      value: valueOf(cell, column.type),
    })),
  };
}

/** Makes the event of children that one statement created in one vgroup. */
export function childrenEvent(children: LoggedChild[]): JsonObject {
  const [first] = children;
  return {
    type: "create",
    tableType: "child",
    ...childFields(first!),
    createList: children.length > 1 ? children.map(childFields) : [],
  };
}

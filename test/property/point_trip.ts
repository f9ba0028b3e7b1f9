/**
 * The law of points: what was written in a schemaless format is read.
 *
 * @module
 */
import { id, type Precision } from "../../mod.ts";
import type { Cell, Column } from "./column_types.ts";
import { type Connections, nameList } from "./job.ts";
import { pointOf, type PointScenario, tagNames } from "./points.ts";
import { readWays } from "./read_ways.ts";
import { compare } from "./round_trip.ts";

const column = (name: string, type: Column["type"]): Column => ({
  name,
  type,
  sql: type,
  cells: [],
});

/** Writes the points and reads them; calls `count` for each write. */
export async function checkPoints(
  scenario: PointScenario,
  lane: Connections & { readonly precision: Precision },
  table: string,
  count: () => void,
): Promise<void> {
  const { precision, socket } = lane;
  const { protocol, fields, writes, reads } = scenario;
  const expected: Cell[][] = [];
  for (const points of writes) {
    const made = Array.from(
      { length: points },
      (_, i) => pointOf(scenario, table, expected.length + i, precision),
    );
    const { totalRows } = await socket.writeLines(made.map(({ point }) => point));
    if (totalRows !== points) throw new Error(`${totalRows} points were written of ${points}`);
    expected.push(...made.map(({ ticks, cells, tag }) => [ticks, ...cells, tag]));
    count();
  }
  const [value] = fields;
  const values = protocol === "line" ? fields : [{ ...value!, name: "_value" }];
  const columns = [column("_ts", "timestamp"), ...values, column(tagNames[protocol], "nchar")];
  // A field that no point had is no column.
  const kept = columns.map((_, i) =>
    protocol !== "line" || expected.some((row) => row[i] !== null)
  );
  const present = columns.filter((_, i) => kept[i]);
  const wanted = expected.map((row) => row.filter((_, i) => kept[i]));
  for (const name of reads) {
    const way = readWays.find((found) => found.name === name)!;
    const sql = `select ${nameList(present)} from ${id(table).text} order by _ts`;
    compare(
      await way.read(lane, sql, present.map(({ name }) => name)),
      wanted,
      present,
      way,
      precision,
    );
  }
  await socket.exec(`drop stable ${id(table).text}`);
}

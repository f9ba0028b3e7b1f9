/**
 * Blocks recorded from a real server (test/golden/blocks), handed out by libtaos as they are: the same cells must come out as
 * over WebSocket, which are those that the server itself shows.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { connect } from "../../mod.ts";
import { type GoldenCase, goldenCases, isSameCell } from "../support/golden.ts";
import type { NativeCase } from "./case.ts";

function blockCase({ name, reply, precision, types, rows }: GoldenCase): NativeCase {
  return {
    name: `query() gives the recorded rows of ${name}, cell by cell`,
    async run({ url }) {
      await using db = await connect(url);
      const values = { timestamp: "bigint", json: "text" } as const;
      const result = await db.query(`golden ${name}`, [], { values });
      equal(result.precision, precision);
      deepEqual(result.fields.map((field) => field.name), reply.fields_names);
      deepEqual(result.fields.map((field) => field.length), reply.fields_lengths);
      const cells = result.toArrays();
      equal(cells.length, rows.length);
      rows.forEach((row, r) =>
        row.forEach((expected, c) => {
          const cell = cells[r]![c];
          const isSame = isSameCell(types[c]!, expected, cell, precision, name === "nan_inf");
          ok(isSame, `row ${r}, column ${c}: ${String(cell)} instead of ${String(expected)}`);
        })
      );
    },
  };
}

/** One case a recording. */
export const goldenBlockCases: readonly NativeCase[] = goldenCases().map(blockCase);

/**
 * The laws, and what they are about.
 *
 * @module
 */
import type fc from "fast-check";
import type { Precision } from "../../mod.ts";
import type { Connections } from "./job.ts";
import { checkPoints } from "./point_trip.ts";
import { type PointScenario, pointScenarios } from "./points.ts";
import { checkTable } from "./round_trip.ts";
import { reads, type Scenario, scenarios } from "./scenario.ts";

/** A database of a precision. */
export interface Lane extends Connections {
  readonly precision: Precision;
}

/** What must hold for generated things. */
export interface Law<T> {
  /** A word for it. */
  readonly name: string;
  /** A sentence for it. */
  readonly title: string;
  /** Its part of all cases. */
  readonly share: number;
  readonly things: fc.Arbitrary<T>;
  /** Rejects when it does not hold; `table` is a name not taken yet, and `count` is called for each case. */
  run(thing: T, lane: Lane, table: string, count: () => void): Promise<void>;
}

const tableLaw: Law<Scenario> = {
  name: "tables",
  title:
    "query() reads what was written in whatever way, and a write changes no cell that it does not name",
  share: 0.8,
  things: scenarios,
  run: checkTable,
};

const pointLaw: Law<PointScenario> = {
  name: "points",
  title: "query() reads what writeLines() was given in whatever format",
  share: 0.2,
  things: pointScenarios(reads),
  run: checkPoints,
};

/** All laws. */
export const laws = [tableLaw, pointLaw] as unknown as readonly Law<unknown>[];

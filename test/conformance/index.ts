/**
 * The list of all conformance cases.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { queryCases } from "./query.ts";
import { sessionCases } from "./session.ts";
import { statementCases } from "./statements.ts";
import { valueModeCases } from "./value_modes.ts";
import { valueCases } from "./values.ts";

/** All cases, in the order they run. */
export const cases: readonly Case[] = [
  ...sessionCases,
  ...queryCases,
  ...valueCases,
  ...valueModeCases,
  ...statementCases,
];

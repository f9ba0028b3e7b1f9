/**
 * The list of all conformance cases.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { cancelCases } from "./cancel.ts";
import { concurrencyCases } from "./concurrency.ts";
import { errorCases } from "./errors.ts";
import { insertCases } from "./insert.ts";
import { insertRefusalCases } from "./insert_refusals.ts";
import { parameterCases } from "./parameters.ts";
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
  ...insertCases,
  ...insertRefusalCases,
  ...parameterCases,
  ...cancelCases,
  ...errorCases,
  ...concurrencyCases,
];

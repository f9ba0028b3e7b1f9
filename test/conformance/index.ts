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
import { insertDataCases } from "./insert_data.ts";
import { insertRefusalCases } from "./insert_refusals.ts";
import { parameterCases } from "./parameters.ts";
import { queryCases } from "./query.ts";
import { selectStatementCases } from "./select_statements.ts";
import { schemalessCases } from "./schemaless.ts";
import { sessionCases } from "./session.ts";
import { statementRefusalCases } from "./statement_refusals.ts";
import { statementCases } from "./statements.ts";
import { tmqCases } from "./tmq.ts";
import { tmqGroupCases } from "./tmq_group.ts";
import { tmqReplicationCases } from "./tmq_replication.ts";
import { tmqTopicCases } from "./tmq_topics.ts";
import { valueLimitCases } from "./value_limits.ts";
import { valueModeCases } from "./value_modes.ts";
import { valueCases } from "./values.ts";
import { writerCases } from "./writer.ts";

/** All cases, in the order they run. */
export const cases: readonly Case[] = [
  ...sessionCases,
  ...queryCases,
  ...valueCases,
  ...valueModeCases,
  ...valueLimitCases,
  ...statementCases,
  ...statementRefusalCases,
  ...selectStatementCases,
  ...insertCases,
  ...insertDataCases,
  ...insertRefusalCases,
  ...parameterCases,
  ...writerCases,
  ...schemalessCases,
  ...cancelCases,
  ...errorCases,
  ...concurrencyCases,
  ...tmqCases,
  ...tmqTopicCases,
  ...tmqGroupCases,
  ...tmqReplicationCases,
];
